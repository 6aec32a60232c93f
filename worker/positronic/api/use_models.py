"""The JSON shapes of who read a secret."""

from __future__ import annotations

from positronic.api.models import Model
from positronic.commands.asked_uses import UsesPage
from positronic.http.text_formats import Time
from positronic.times import iso


class ReaderOut(Model):
    """What read it, such as a `brain`, and its name."""

    type: str
    name: str


class UseOut(Model):
    """The reads of one version by one reader on one day, in UTC."""

    version: int
    reader: ReaderOut
    host: str | None = None
    reads: int
    first_read_at: Time
    last_read_at: Time


class UsesOut(Model):
    """`countedSince`: earlier reads were not counted, or are no longer kept."""

    uses: list[UseOut]
    count: int
    counted_since: Time | None = None
    cursor: str | None = None


def uses_out(page: UsesPage) -> UsesOut:
    uses = [
        UseOut(
            version=one.version,
            reader=ReaderOut(type=one.kind, name=one.reader),
            host=one.host,
            reads=one.reads,
            first_read_at=iso(one.first),
            last_read_at=iso(one.last),
        )
        for one in page.items
    ]
    since = None if page.since is None else iso(page.since)
    return UsesOut(uses=uses, count=len(uses), counted_since=since, cursor=page.cursor)
