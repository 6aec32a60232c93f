"""Who watches a project's runs. A token has a limited number of watches at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from positronic.commands.work import Plan, Work
from positronic.errors import InvalidRequest, TooManyWatches
from positronic.ledger.watch_rows import WATCHERS, Watcher
from positronic.ports import Ledger
from positronic.rows import Change, Delete

AT_ONCE: Final = 100  # ended watches that one step removes


async def begin(work: Work, id_: str, until: int) -> Plan:
    """Raises TooManyWatches, in the commit. Without an event, as every read of a run."""
    ledger, now, token = work.look.ledger, work.tools.clock(), _token(work)
    if work.look.rows(WATCHERS.kind, [id_]):  # sent again
        return Plan([], [], None)
    most = work.tools.run_limits.watches_per_token
    old = ledger.list(WATCHERS.kind, "until", limit=AT_ONCE, high=now)
    changes: list[Change] = [Delete(WATCHERS.kind, row.id) for row in old]
    changes.append(WATCHERS.put(Watcher(id_, token, until)))
    return Plan(changes, [], None, holds=_room(ledger, token, most, now))


async def renew(work: Work, id_: str, until: int) -> Plan:
    """The watch counts until then. Raises what any call of the same token raises."""
    renewed = Watcher(id_, _token(work), until)
    row = work.look.rows(WATCHERS.kind, [id_]).get(id_)
    is_so = row is not None and WATCHERS.item(row) == renewed
    return Plan([] if is_so else [WATCHERS.put(renewed)], [], None)


async def end(work: Work, id_: str) -> Plan:
    there = work.look.rows(WATCHERS.kind, [id_])
    return Plan([Delete(WATCHERS.kind, one) for one in there], [], None)


def _token(work: Work) -> str:
    if work.caller is None:
        raise InvalidRequest("a run is watched by somebody")
    return work.caller.id


def _room(ledger: Ledger, token: str, most: int, now: int) -> Callable[[], None]:
    def check() -> None:
        rows = ledger.list(WATCHERS.kind, "token", low=token, high=f"{token}\0")
        found = [WATCHERS.item(row) for row in rows]
        own = sum(isinstance(one, Watcher) and one.until > now for one in found)
        if own >= most:
            raise TooManyWatches(
                f"this token has {own} watches of runs at once, which is the most it may have"
            )

    return check
