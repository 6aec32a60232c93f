"""`/audit`: who did what, the key that signs it, and what root knows to be changed."""

from __future__ import annotations

from typing import Final

from positronic.api import event_models
from positronic.api.body import read_acknowledgement
from positronic.api.routing import DEFAULT_LIST, PAGING, Call, Executor, Query, Route, create
from positronic.audit.wanted import Wanted
from positronic.roles import Role


async def _list(call: Call) -> event_models.EventsOut:
    """Who did what, newest first. With filters, a page can be empty and still not be the last."""
    wanted = Wanted(*(call.query.get(one.name) for one in _FILTERS))
    page = await call.session.audit_log().list(*call.page(DEFAULT_LIST), wanted)
    return event_models.events_out(page)


async def _restart(call: Call) -> event_models.RestartOut:
    """For a project whose master key is lost for good. Older events can no longer be checked."""
    done = await call.session.audit_log().restart()
    return event_models.RestartOut(
        key_id=done.key_id, sequence=done.sequence, previous_key_id=done.previous_key_id
    )


async def _acknowledge(
    sent: event_models.AcknowledgeIn, call: Call
) -> event_models.AcknowledgedOut:
    """For one that was looked into. It stays `changed`; 409 for one that is not."""
    await call.session.audit_log().acknowledge(sent.sequence, sent.digest)
    return event_models.AcknowledgedOut(sequence=sent.sequence, digest=sent.digest)


def _filter(name: str, description: str) -> Query:
    return Query(name, {"type": "string", "description": description})


_FILTERS: Final = (
    _filter("actor", "Only events of this actor: its id or its name."),
    _filter("action", "Only this action, or this group of actions, such as `secret`."),
    _filter("name", "Only events that name this secret or token."),
)

ROUTES: Final = (
    Route(
        *("GET", "/audit", Role.READER, _list, "List audit events."),
        query=(*PAGING, *_FILTERS),
    ),
    Route(
        *("POST", "/audit/restart", Role.ROOT, _restart, "Draw a new audit key."),
        errors=(409,),
        executor=Executor.LEDGER,
        is_repeatable=True,
    ),
    create(
        *("/audit/acknowledge", Role.ROOT, _acknowledge, "Acknowledge a changed event."),
        *(read_acknowledgement, (404, 409)),
    ),
)
