"""Mutants of the audit log."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from positronic.http.request import Response
from spec.broken.mutant import Call, answer, breaks, edited, found

Event = dict[str, Any]
ROOT = {"type": "token", "id": "root", "name": "root"}


async def _each(call: Call, change: Callable[[Event], Event | None]) -> Response:
    """The log with each event changed; None leaves it out."""
    right = await call.right()
    if not call.at("GET /audit") or right.status != 200:
        return right
    changed = [change(event) for event in found(right)["events"]]
    events = [event for event in changed if event is not None]
    return edited(right, events=events, count=len(events))


@breaks("audit.answer")
async def says_no_action(call: Call) -> Response:
    """Events have no action."""
    return await _each(call, lambda event: event | {"action": ""})


@breaks("audit.answer")
async def counts_events_wrong(call: Call) -> Response:
    """count is one less."""
    right = await call.right()
    is_it = call.at("GET /audit") and right.status == 200
    return edited(right, count=max(0, found(right)["count"] - 1)) if is_it else right


@breaks("audit.changes")
async def records_no_deletion(call: Call) -> Response:
    """A deletion leaves no event."""
    return await _each(call, lambda event: None if event["action"] == "secret.delete" else event)


@breaks("audit.changes")
async def records_one_name(call: Call) -> Response:
    """A bulk's event has its first name only."""
    return await _each(call, lambda event: event | {"names": event["names"][:1]})


@breaks("audit.changes")
async def records_another_request(call: Call) -> Response:
    """Events have request ids of their own."""
    return await _each(call, lambda event: event | {"requestId": event["id"]})


@breaks("audit.order")
async def oldest_first(call: Call) -> Response:
    """Each page begins with its oldest event."""
    right = await call.right()
    is_it = call.at("GET /audit") and right.status == 200
    return edited(right, events=found(right)["events"][::-1]) if is_it else right


@breaks("audit.order")
async def loses_events_between_pages(call: Call) -> Response:
    """A page with a cursor lacks its last event."""
    right = await call.right()
    if not call.at("GET /audit") or "cursor" not in found(right):
        return right
    events = found(right)["events"][:-1]
    return edited(right, events=events, count=len(events))


@breaks("audit.actor")
async def root_did_it(call: Call) -> Response:
    """Root did everything."""

    def change(event: Event) -> Event:
        return event | {"actor": ROOT} if event["outcome"] == "accepted" else event

    return await _each(call, change)


@breaks("audit.intruder")
async def sees_no_intruder(call: Call) -> Response:
    """A token that does not open leaves no event."""
    return await _each(call, lambda event: None if event["outcome"] == "refused" else event)


@breaks("audit.integrity")
async def suspects_everyone(call: Call) -> Response:
    """Every event says that it was changed."""
    return await _each(call, lambda event: event | {"integrity": "changed"})


@breaks("audit.sequence")
async def skips_a_number(call: Call) -> Response:
    """Event numbers have gaps."""
    return await _each(call, lambda event: event | {"sequence": 2 * event["sequence"]})


@breaks("audit.sequence")
async def shows_an_older_head(call: Call) -> Response:
    """The head is the event before the newest."""
    right = await call.right()
    if not call.at("GET /audit") or right.status != 200 or "head" not in found(right):
        return right
    head = found(right)["head"]
    return edited(right, head=head | {"sequence": head["sequence"] - 1})


@breaks("audit.filters")
async def filters_no_actor(call: Call) -> Response:
    """The actor counts for nothing."""
    if not call.at("GET /audit") or "actor" not in call.query:
        return await call.right()
    kept = {key: text for key, text in call.query.items() if key != "actor"}
    return await call.right(url=f"/audit?{urlencode(kept)}")


@breaks("audit.filters")
async def filters_no_action(call: Call) -> Response:
    """The action counts for nothing."""
    if not call.at("GET /audit") or "action" not in call.query:
        return await call.right()
    kept = {key: text for key, text in call.query.items() if key != "action"}
    return await call.right(url=f"/audit?{urlencode(kept)}")


@breaks("audit.root_replaced")
async def records_no_replaced_root(call: Call) -> Response:
    """A replaced root token leaves no event."""
    return await _each(call, lambda event: None if event["action"] == "root.replace" else event)


@breaks("audit.restart")
async def always_restarts(call: Call) -> Response:
    """A new audit key is drawn whenever root asks for one."""
    right = await call.right()
    if not call.at("POST /audit/restart") or right.status != 409:
        return right
    return answer(200, {"keyId": "audit-0", "sequence": 1})


@breaks("audit.acknowledged")
async def acknowledges_intact_events(call: Call) -> Response:
    """An event that was not changed is acknowledged too."""
    right = await call.right()
    is_it = call.at("POST /audit/acknowledge") and right.status == 409
    return answer(201, call.sent) if is_it else right


@breaks("audit.acknowledged")
async def acknowledges_any_digest(call: Call) -> Response:
    """The digest counts for nothing."""
    right = await call.right()
    is_it = call.at("POST /audit/acknowledge") and right.status == 404
    return answer(201, call.sent) if is_it else right
