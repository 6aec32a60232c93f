"""What is known of targets: which there are, what they get, and whether it still is there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from positronic.commands.paging import page
from positronic.commands.work import Work
from positronic.errors import NotFound
from positronic.ledger.target_rows import PUSHES, TARGETS, Push, SwitchedOn, pushes_of
from positronic.names import Name, parse_target
from positronic.ports import Unreadable
from positronic.rows import Kind
from positronic.targets.configured import Configured
from positronic.targets.drift import drift

OFF: Final = "off"
STARTING: Final = "starting"  # which of its names are due is not looked through yet
ON: Final = "on"
REMOVING: Final = "removing"
PAUSED: Final = "paused"  # it came with an import

_SOME: Final = 100


def configured(work: Work, text: str) -> Configured:
    """The only targets that there are. Raises NotFound, and nothing is contacted."""
    found = {str(name): one for name, one in work.tools.targets.items()}.get(text)
    if found is None:
        raise NotFound(f"there is no target {parse_target(text)} in this Worker's configuration")
    return found


async def listed(work: Work) -> object:
    """[what `shown` says of each target of the configuration, ...], by name."""
    rows = work.look.rows(TARGETS.kind, list(work.tools.targets))
    return [
        shown(work, one, TARGETS.item(rows[name]) if name in rows else None)
        for name, one in sorted(work.tools.targets.items())
    ]


def shown(work: Work, found: Configured, known: SwitchedOn | Unreadable | None) -> object:
    """{name, type, state, names, prefix, by, created, changed, missing, counts, problem}."""
    target, on = found.config.name, known if isinstance(known, SwitchedOn) else None
    ledger = work.look.ledger
    low, high = pushes_of(target)
    due, refused = (
        ledger.count(PUSHES.kind, index, low=target, high=f"{target}\0")
        for index in ("waiting", "refused")
    )
    everything = ledger.count(PUSHES.kind, low=low, high=high)
    return {
        "name": target,
        "type": found.config.type,
        "state": _state(on),
        "names": None if on is None or on.names is None else list(on.names),
        "prefix": on.prefix if on else None,
        "by": dict(on.by) if on else None,
        "created": on.created_at if on else None,
        "changed": on.changed_at if on else None,
        "missing": list(found.config.missing),
        "counts": [everything - due - refused, due, refused] if on else [0, 0, 0],
        "problem": _problem(work, target) if on else None,
    }


async def check(work: Work, text: str, cursor: str | None, limit: int) -> object:
    """[[[name, what is wrong], ...], how many are as they have to be, cursor]: what the provider
    has now against what was written last. No value leaves either side.

    Raises NotFound, NotConfigured, StoreFailed, RateLimited, TargetRefused.
    """
    found = configured(work, text)
    target, low_high = found.usable(), pushes_of(text)
    if not isinstance(_known(work, text), SwitchedOn):
        raise NotFound(f"the target {found.config.name} is not switched on")
    rows, following = page(work, PUSHES.kind, cursor, limit, low=low_high[0], high=low_high[1])
    pushes = [one for one in map(PUSHES.item, rows) if isinstance(one, Push)]
    there = await target.look([one.name for one in pushes]) if pushes else {}
    found_there = [(one.name, drift(one, there.get(one.name))) for one in pushes]
    differing = [[name, how] for name, how in found_there if how]
    return [differing, len(pushes) - len(differing), following]


def _known(work: Work, text: str) -> SwitchedOn | Unreadable | None:
    row = work.look.rows(TARGETS.kind, [text]).get(text)
    return TARGETS.item(row) if row else None


def _state(on: SwitchedOn | None) -> str:
    if on is None:
        return OFF
    if on.is_paused:
        return PAUSED
    if on.is_leaving:
        return REMOVING
    return ON if on.scan is None else STARTING


def _problem(work: Work, target: Name | str) -> object:
    """[name, why]: one of those that are refused, or else of those that failed; None: neither."""
    for index in ("refused", "waiting"):
        for push in _some(work, PUSHES.kind, index, target):
            if sentence := push.refused if index == "refused" else push.error:
                return [push.name, sentence]
    return None


def _some(work: Work, kind: Kind, index: str, target: str) -> Sequence[Push]:
    rows = work.look.ledger.list(kind, index, limit=_SOME, low=target, high=f"{target}\0")
    return [one for one in map(PUSHES.item, rows) if isinstance(one, Push)]
