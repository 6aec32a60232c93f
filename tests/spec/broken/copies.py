"""Mutants of the comparison of copies."""

from __future__ import annotations

from positronic.http.request import Response
from spec.broken.mutant import Call, breaks, edited, found


def _compared(call: Call, right: Response) -> bool:
    return call.at("GET /copies") and right.status == 200


@breaks("copies.answer")
async def counts_no_copies(call: Call) -> Response:
    """GET /copies has no counts."""
    right = await call.right()
    return edited(right, counts=None) if _compared(call, right) else right


@breaks("copies.fresh")
async def suspects_late_copies(call: Call) -> Response:
    """What was written last counts as foreign."""
    right = await call.right()
    if call.at("POST /secrets") and right.status == 201:
        call.state["last"] = found(right)["name"]
    if not _compared(call, right) or "last" not in call.state:
        return right
    counts = found(right)["counts"]
    items = [*found(right)["copies"], {"name": call.state["last"], "state": "foreign"}]
    return edited(right, copies=items, counts=counts | {"foreign": counts["foreign"] + 1})
