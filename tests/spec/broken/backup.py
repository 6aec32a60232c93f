"""Mutants of exports and imports."""

from __future__ import annotations

import json

from positronic.http.request import Response
from spec.broken.mutant import JSON, Call, breaks, edited, found


@breaks("backup.sealed")
async def exports_values(call: Call) -> Response:
    """An export has the values in clear."""
    if call.at("POST /secrets"):
        call.state["values"] = [*call.state.get("values", []), call.document]
    right = await call.right()
    if call.at("POST /project/export") and right.status == 200:
        text = "".join(str(one) for one in call.state.get("values", []))
        return edited(right, text=found(right)["text"] + text)
    return right


@breaks("backup.sealed")
async def exports_nothing(call: Call) -> Response:
    """An export has no rows."""
    right = await call.right()
    if call.at("POST /project/export") and right.status == 200:
        return edited(right, text="")
    return right


@breaks("backup.remembered")
async def forgets_exports(call: Call) -> Response:
    """GET /project/export never has a time."""
    right = await call.right()
    return edited(right, exportedAt=None) if call.at("GET /project/export") else right


@breaks("backup.occupied")
async def imports_over_secrets(call: Call) -> Response:
    """A project that is in use takes an export."""
    right = await call.right()
    if call.at("POST /project/import/check") and right.status == 409:
        kinds = ("secrets", "versions", "tokens", "grants", "events", "unverified")
        counts = dict.fromkeys(kinds, 0)
        return Response(200, json.dumps({"ticket": "x", **counts}).encode(), dict(JSON))
    return right
