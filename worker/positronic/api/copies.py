"""`/copies`: whether the copies of a project's secrets are what they have to be."""

from __future__ import annotations

from typing import Final

from positronic.api.models import Model
from positronic.api.routing import DEFAULT_LIST, PAGING, Call, Route
from positronic.commands.asked_copies import Compared
from positronic.copies.compare import SAME, STANDINGS
from positronic.roles import Role


class CopyOut(Model):
    """A copy that differs from the ledger."""

    name: str
    state: str


class CountsOut(Model):
    """Of this page."""

    same: int
    lagging: int
    older: int
    foreign: int
    missing: int
    planted: int


class CopiesOut(Model):
    copies: list[CopyOut]
    counts: CountsOut
    cursor: str | None = None


async def _compare(call: Call) -> CopiesOut:
    """All but `lagging` ones are then written again or removed; `planted` is of no secret."""
    copies, page = call.session.copies(), Compared({}, 0, None)
    if copies is not None:
        page = await copies.page(*call.page(DEFAULT_LIST))
    counts = {one: list(page.differing.values()).count(one) for one in STANDINGS}
    differing = [CopyOut(name=name, state=one) for name, one in page.differing.items()]
    counted = CountsOut(**{**counts, SAME: page.same})
    return CopiesOut(copies=differing, counts=counted, cursor=page.cursor)


ROUTES: Final = (
    Route("GET", "/copies", Role.READER, _compare, "Compare KV with the ledger.", query=PAGING),
)
