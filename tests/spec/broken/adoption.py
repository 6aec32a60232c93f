"""Mutants of adoptions and repairs."""

from __future__ import annotations

from positronic.http.request import Response
from spec.broken.mutant import Call, answer, breaks, edited, found


@breaks("adoption.finished")
async def adopts_for_ever(call: Call) -> Response:
    """An adoption never ends."""
    right = await call.right()
    if call.at("POST /project/adopt") and right.status == 200:
        return edited(right, state="adopting", remaining=1)
    return right


@breaks("adoption.finished")
async def adopts_what_is_in_use(call: Call) -> Response:
    """Each adoption takes the project's own secrets for older ones."""
    if call.at("POST /project/adopt"):
        listed = found(await call.right("GET", "/secrets"))
        right = await call.right()
        return edited(right, secrets=listed["count"]) if right.status == 200 else right
    return await call.right()


@breaks("adoption.finished")
async def records_each_adoption(call: Call) -> Response:
    """An adoption that brings nothing leaves an event."""
    right = await call.right()
    if call.at("POST /project/adopt") and right.status == 200:
        await call.right("POST", "/root-token/replaced", headers=call.root)
    return right


@breaks("adoption.unknown")
async def adopts_new_projects(call: Call) -> Response:
    """An adoption creates the project."""
    right = await call.right()
    if call.at("POST /project/adopt") and right.status == 200:
        entry = {"name": "SPEC_ADOPTED", "value": "x"}
        await call.right("POST", "/secrets", entry)
        await call.right("DELETE", "/secrets/SPEC_ADOPTED")
    return right


@breaks("adoption.query")
async def ignores_queries(call: Call) -> Response:
    """An adoption takes whatever is in the query."""
    if call.at("POST /project/adopt"):
        return await call.right(url=call.path)
    return await call.right()


@breaks("copies.repair")
async def repairs_one(call: Call) -> Response:
    """Every repair says that one copy is due."""
    right = await call.right()
    if call.at("POST /project/repair") and right.status == 200:
        return edited(right, due=1, cursor=None)
    return right


@breaks("copies.unknown")
async def repairs_anything(call: Call) -> Response:
    """A project that nobody wrote to is repaired."""
    right = await call.right()
    if call.at("POST /project/repair") and right.status == 404:
        return answer(200, {"due": 0})
    return right
