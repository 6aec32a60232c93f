"""A secret's policy, and `/due`: what is to be done about which secret, and when."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from positronic.api.body import read_policy
from positronic.api.policy_models import DueOut, PolicyIn, PolicyOut, due_out, policy_out
from positronic.api.routing import PAGING, Call, Executor, Query, Route
from positronic.errors import InvalidRequest
from positronic.names import parse_name
from positronic.roles import Role

WITHIN: Final = 14 * 24 * 3600  # seconds
MAX_WITHIN: Final = 10 * 366 * 24 * 3600


async def _change(sent: PolicyIn, call: Call) -> PolicyOut:
    """Fields that are not sent stay; null takes one away. Only an admin can lower `keep`."""
    policies = call.session.policies()
    return policy_out(await policies.change(parse_name(call.segment), sent.fields()))


async def _policy(call: Call) -> PolicyOut:
    return policy_out(await call.session.policies().of(parse_name(call.segment)))


async def _due(call: Call) -> DueOut:
    """Soonest first, and what was due before: what expires, and what is to be rotated."""
    cursor, limit = call.page()
    return due_out(await call.session.policies().due(_within(call), cursor, limit))


def _within(call: Call) -> int:
    """Seconds. Raises InvalidRequest."""
    text = call.query.get("within", str(WITHIN))
    if not (text.isascii() and text.isdigit() and len(text) <= 9 and int(text) <= MAX_WITHIN):
        raise InvalidRequest(f"`within` must be a number from 0 to {MAX_WITHIN}")
    return int(text)


_WITHIN: Final = Query(
    "within",
    {
        "type": "integer",
        "minimum": 0,
        "maximum": MAX_WITHIN,
        "description": f"Seconds from now; {WITHIN} if it is not given.",
    },
)


def _patch(path: str, summary: str) -> Route:
    route = Route("PATCH", path, Role.WRITER, _change, summary, errors=(404,), read=read_policy)
    return replace(route, executor=Executor.LEDGER, is_repeatable=True)


ROUTES: Final = (
    _patch("/secrets/bulk", "Change the policy of the secret named `bulk`."),
    _patch("/secrets/{name}", "Change a secret's policy."),
    Route(
        *("GET", "/secrets/{name}/policy", Role.READER, _policy, "A secret's policy."),
        errors=(404,),
    ),
    Route(
        *("GET", "/due", Role.READER, _due, "List what expires or is to be rotated."),
        query=(_WITHIN, *PAGING),
    ),
)
