"""Mutants that do not know what was sent before, or know it too well."""

from __future__ import annotations

from positronic.http.request import Response
from spec.broken.mutant import Call, breaks

HEADER = "idempotency-key"


@breaks("idempotence.key")
async def knows_no_keys(call: Call) -> Response:
    """The Idempotency-Key counts for nothing."""
    key = call.request.headers.get(HEADER, "")
    return await call.right(headers={HEADER: None} if len(key) == 32 else None)


@breaks("idempotence.other")
async def one_answer_for_a_key(call: Call) -> Response:
    """Whatever comes under the same key gets the first answer."""
    key = call.request.headers.get(HEADER, "")
    if call.at("POST /secrets") and key in call.state:
        first: Response = call.state[key]
        return Response(first.status, first.body, dict(first.headers))
    right = await call.right()
    if call.at("POST /secrets") and right.status == 201 and key:
        call.state[key] = right
    return right


@breaks("idempotence.form")
async def takes_any_key(call: Call) -> Response:
    """Short keys are taken, as if there was none."""
    key = call.request.headers.get(HEADER, "")
    return await call.right(headers={HEADER: None} if len(key) < 16 else None)
