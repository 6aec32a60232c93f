"""What a secret's policy says, and which secrets something is to be done about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Final

from positronic.access.authentication import require
from positronic.commands.new_versions import surplus
from positronic.commands.paging import by_time
from positronic.commands.secret_reads import live
from positronic.commands.work import Plan, Work
from positronic.errors import InvalidRequest, NotFound
from positronic.ledger.secret_rows import STATES, SecretState
from positronic.names import Name
from positronic.ports import Unreadable
from positronic.roles import SYSTEM, Role
from positronic.rows import Row
from positronic.secrets.policy import Policy, changed

Fields = Mapping[str, object]

# What an event calls a field.
_SAID: Final = {
    "note": "note",
    "expires_at": "expiresAt",
    "rotate_every": "rotateEvery",
    "enforce": "enforce",
    "keep_versions": "keep",
    "keep_days": "keep",
}


async def change(work: Work, name: Name, fields: Fields) -> Plan:
    """Other fields stay, and so does the version. Raises NotFound, InvalidRequest, Forbidden."""
    state = _state(work, name)
    try:
        policy = changed(state.policy, fields)
    except (ValueError, TypeError, KeyError):
        raise InvalidRequest("`fields` of the command is not what it must be") from None
    if _keeps_less(state.policy, policy):
        require(work.caller or SYSTEM, Role.ADMIN)  # as to destroy
    now = work.tools.clock()
    state = replace(state, policy=policy, changed_at=now, changed_by=work.actor)
    details = {"changed": sorted({_SAID[name] for name in fields})}
    fewer = surplus(work, state) if "keep_versions" in fields else []
    return Plan([STATES.put(state), *fewer], [name], told(state), [name], details)


def _keeps_less(before: Policy, after: Policy) -> bool:
    """Whether versions, or what is deleted, may go sooner than before."""
    return after.keep_versions < before.keep_versions or after.keep_days < before.keep_days


async def shown(work: Work, name: Name) -> object:
    """What `told` says of it. Raises NotFound."""
    return told(_state(work, name))


async def due(work: Work, within: int, cursor: str | None, limit: int) -> object:
    """[[what `told` says of each, or {"name"} of one that cannot be read], cursor], soonest first.

    That is what is due in fewer milliseconds than `within`, or was due before. Raises
    InvalidRequest for a cursor from elsewhere.
    """
    end = work.tools.clock() + within
    rows, following = by_time(work, STATES.kind, "due", cursor, limit, high=end)
    return [[_item(row) for row in rows], following]


def told(state: SecretState) -> dict[str, object]:
    """{name, version, sealedAt, due, why, and every field of the policy}; times in milliseconds."""
    metadata, first = state.metadata, state.due
    return {
        "name": state.name,
        "version": metadata.version,
        "sealedAt": metadata.updated_at,
        "due": first.at if first else None,
        "why": first.why if first else None,
        **asdict(state.policy),
    }


def _state(work: Work, name: Name) -> SecretState:
    states = live(work, [name])
    if name not in states:
        raise NotFound(f"there is no secret {name}")
    return states[name]


def _item(row: Row) -> Fields:
    state = STATES.item(row)
    return {"name": state.id} if isinstance(state, Unreadable) else told(state)
