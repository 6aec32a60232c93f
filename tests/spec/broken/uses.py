"""Mutants of who read a secret."""

from __future__ import annotations

from positronic.http.request import Response
from spec.broken.mutant import Call, breaks, edited, found

USE = {
    "version": 1,
    "reader": {"type": "brain", "name": "made up"},
    "reads": 1,
    "firstReadAt": "2026-11-24T05:36:45.123Z",
    "lastReadAt": "2026-11-24T05:36:45.123Z",
}


def _is_uses(call: Call, right: Response) -> bool:
    return call.at("GET /secrets/*/uses") and right.status == 200


@breaks("secrets.uses.answer")
async def counts_uses_wrong(call: Call) -> Response:
    """count is one more."""
    right = await call.right()
    return edited(right, count=found(right)["count"] + 1) if _is_uses(call, right) else right


@breaks("secrets.uses.answer")
async def shows_the_runs(call: Call) -> Response:
    """The answer has a field more."""
    right = await call.right()
    return edited(right, runs=[]) if _is_uses(call, right) else right


@breaks("secrets.uses.no_read")
async def counts_a_look_as_a_read(call: Call) -> Response:
    """Asking whether a secret exists is a use."""
    right = await call.right()
    if call.at("GET /secrets/*/exists"):
        call.state[call.name] = True
    if not _is_uses(call, right) or call.name not in call.state:
        return right
    return edited(right, uses=[USE], count=1)


@breaks("secrets.uses.no_read")
async def lists_a_read_that_never_was(call: Call) -> Response:
    """The list gives the time of the last write as lastReadAt."""
    right = await call.right()
    if not call.at("GET /secrets") or right.status != 200:
        return right
    items = [item | {"lastReadAt": item["updatedAt"]} for item in found(right)["secrets"]]
    return edited(right, secrets=items)


@breaks("secrets.uses.deleted")
async def forgets_uses_with_the_secret(call: Call) -> Response:
    """After a deletion, there are no uses to ask for."""
    right = await call.right()
    if call.at("DELETE /secrets/*") and right.status == 204:
        call.state[call.name] = True
    if _is_uses(call, right) and call.name in call.state:
        return await call.right(url="/secrets/NEVER_WAS/uses")
    return right


@breaks("secrets.uses.unknown")
async def has_uses_of_anything(call: Call) -> Response:
    """A name that no secret ever had has no uses, with 200."""
    right = await call.right()
    if call.at("GET /secrets/*/uses") and right.status == 404:
        return edited(await call.right(url="/secrets"), secrets=None, uses=[], count=0)
    return right


@breaks("secrets.uses.version")
async def takes_any_version(call: Call) -> Response:
    """version=0 is taken for all versions."""
    if call.at("GET /secrets/*/uses") and call.query.get("version") == "0":
        return await call.right(url=call.path)
    return await call.right()


@breaks("secrets.uses.unused")
async def lists_everything_as_unused(call: Call) -> Response:
    """unusedFor is ignored."""
    right = await call.right()
    if not call.at("GET /secrets") or "unusedFor" not in call.query or right.status != 200:
        return right
    return edited(await call.right(url="/secrets"), complete=found(right)["complete"])


@breaks("secrets.uses.unused")
async def never_says_whether_it_is_complete(call: Call) -> Response:
    """complete is missing."""
    right = await call.right()
    if call.at("GET /secrets") and "unusedFor" in call.query and right.status == 200:
        return edited(right, complete=None)
    return right


@breaks("secrets.uses.span")
async def takes_days(call: Call) -> Response:
    """unusedFor=90d is taken for seconds."""
    if call.at("GET /secrets") and call.query.get("unusedFor") == "90d":
        return await call.right(url="/secrets?unusedFor=90")
    return await call.right()
