"""Who read a project's secrets, over HTTP."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from positronic.names import Name
from px.api import decode
from px.api.client import Client
from px.api.decode import Fields
from px.api.secrets import Secret, Secrets


class Use(NamedTuple):
    """The reads of one version by one reader, of a day or of several days.

    `type` and `reader` are text from a server: never print them to a terminal unescaped.
    """

    version: int
    type: str
    reader: str
    host: str | None
    reads: int
    first: str
    last: str

    def document(self) -> dict[str, object]:
        """As in the contract."""
        host = {} if self.host is None else {"host": self.host}
        return {
            "version": self.version,
            "reader": {"type": self.type, "name": self.reader},
            **host,
            "reads": self.reads,
            "firstReadAt": self.first,
            "lastReadAt": self.last,
        }


class Uses(NamedTuple):
    """A use for each day, the newest version and day first.

    `since`: every read from then on was counted; None: that cannot be said yet.
    """

    days: list[Use]
    since: str | None


class Unused(NamedTuple):
    """What nobody read for a time. `is_complete`: every read in that time was counted."""

    secrets: list[Secret]
    since: str | None
    is_complete: bool


def unused_secrets(secrets: Secrets, seconds: int, prefix: str = "") -> Unused:
    """Those whose names start like this."""
    pages: list[tuple[str | None, bool]] = []

    def look(page: Fields) -> None:
        since = decode.optional(decode.time, page.get("countedSince"))
        pages.append((since, decode.truth(page["complete"])))

    found = [
        one
        for one in secrets.some({"unusedFor": f"{seconds}"}, look)
        if one.name.startswith(prefix)
    ]
    return Unused(found, pages[-1][0], all(is_complete for _, is_complete in pages))


def uses(client: Client, name: Name, version: int | None) -> Uses:
    """Of all versions, or of one. Raises Refused `not_found`."""
    since: list[str | None] = []
    query = {} if version is None else {"version": f"{version}"}
    found = client.pages(
        *(f"/secrets/{name}/uses", "uses", _use),
        query=query,
        look=lambda page: since.append(decode.optional(decode.time, page.get("countedSince"))),
    )
    return Uses(list(found), since[-1])


def by_reader(days: Iterable[Use]) -> list[Use]:
    """One for each version, reader and host: the newest version first, then the last read."""
    found: dict[tuple[int, str, str, str | None], Use] = {}
    for use in days:
        key = (use.version, use.type, use.reader, use.host)
        before = found.get(key, use._replace(reads=0))
        found[key] = use._replace(
            reads=before.reads + use.reads,
            first=min(before.first, use.first),
            last=max(before.last, use.last),
        )
    return sorted(found.values(), key=lambda use: (use.version, use.last), reverse=True)


def _use(found: Fields) -> Use:
    reader = decode.fields(found["reader"])
    return Use(
        decode.number(found["version"]),
        decode.text(reader["type"]),
        decode.text(reader["name"]),
        decode.optional(decode.text, found.get("host")),
        decode.number(found["reads"]),
        decode.time(found["firstReadAt"]),
        decode.time(found["lastReadAt"]),
    )
