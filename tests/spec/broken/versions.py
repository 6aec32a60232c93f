"""Mutants of versions."""

from __future__ import annotations

from positronic.http.request import Response
from spec.broken.mutant import Call, answer, breaks, edited, found


def _is_history(call: Call, right: Response) -> bool:
    return call.at("GET /secrets/*/versions") and right.status == 200


def _without_expectation(sent: object) -> object:
    """A body, and its entries, without `ifVersion`."""
    if isinstance(sent, list):
        return [_without_expectation(one) for one in sent]
    if not isinstance(sent, dict):
        return sent
    return {key: _without_expectation(one) for key, one in sent.items() if key != "ifVersion"}


@breaks("secrets.versions.history")
async def lists_the_oldest_first(call: Call) -> Response:
    """The history is turned around."""
    right = await call.right()
    if not _is_history(call, right):
        return right
    return edited(right, versions=found(right)["versions"][::-1])


@breaks("secrets.versions.history")
async def forgets_the_author(call: Call) -> Response:
    """Versions do not say who wrote them."""
    right = await call.right()
    if not _is_history(call, right):
        return right
    lines = [{key: one[key] for key in one if key != "by"} for one in found(right)["versions"]]
    return edited(right, versions=lines)


@breaks("secrets.versions.no_value")
async def shows_old_values(call: Call) -> Response:
    """The history has what was written."""
    right = await call.right()
    if call.at("POST /secrets") and right.status == 201:
        call.state.setdefault(call.sent["name"], []).append(call.sent["value"])
    if not _is_history(call, right):
        return right
    lines = [one | {"by": {"value": str(call.state)}} for one in found(right)["versions"]]
    return edited(right, versions=lines)


@breaks("secrets.versions.unknown")
async def has_a_history_of_anything(call: Call) -> Response:
    """A name that was never used has no versions, with 200."""
    right = await call.right()
    if call.at("GET /secrets/*/versions") and right.status == 404:
        return answer(200, {"versions": [], "count": 0}, right)
    return right


@breaks("secrets.versions.numbers")
async def counts_anew(call: Call) -> Response:
    """A name that is created again after a deletion begins with version 1."""
    right = await call.right()
    if call.at("DELETE /secrets/*") and right.status == 204:
        call.state[call.name] = True
    if call.at("POST /secrets") and right.status == 201 and call.sent["name"] in call.state:
        return edited(right, version=1)
    return right


@breaks("secrets.versions.rollback")
async def hides_where_it_is_from(call: Call) -> Response:
    """A rollback answers without restoredFrom."""
    right = await call.right()
    is_made = call.at("POST /secrets/*/rollback") and right.status == 201
    return edited(right, restoredFrom=None) if is_made else right


@breaks("secrets.versions.rollback")
async def only_says_that_it_rolled_back(call: Call) -> Response:
    """A rollback is answered, but nothing is written."""
    if not call.at("POST /secrets/*/rollback") or call.sent.get("to") != 1:
        return await call.right()
    listed = await call.right(method="GET", url=f"/secrets/{call.name}/versions")
    if listed.status != 200:
        return await call.right()
    name = {"name": call.name, "version": 3, "restoredFrom": 1}
    dates = dict.fromkeys(("createdAt", "updatedAt", "sealedAt"), "2026-11-24T05:36:45.123Z")
    return answer(201, name | dates, listed)


@breaks("secrets.versions.restore")
async def restores_what_is_there(call: Call) -> Response:
    """Restoring a live secret is taken for a success."""
    right = await call.right()
    return Response(201, right.body, right.headers) if _is_conflict(call, right) else right


@breaks("secrets.versions.restore")
async def keeps_nothing(call: Call) -> Response:
    """A deletion is for good."""
    if call.at("DELETE /secrets/*"):
        return await call.as_root(url=f"{call.path}?destroy=true")
    return await call.right()


@breaks("secrets.versions.deleted")
async def lists_the_living_as_deleted(call: Call) -> Response:
    """deleted=true is ignored."""
    if call.at("GET /secrets") and "deleted" in call.query:
        return await call.right(url="/secrets")
    return await call.right()


@breaks("secrets.versions.deleted")
async def does_not_say_until_when(call: Call) -> Response:
    """keptUntil is missing."""
    right = await call.right()
    if not call.at("GET /secrets") or "deleted" not in call.query or right.status != 200:
        return right
    items = [{**item, "keptUntil": None} for item in found(right)["secrets"]]
    return edited(right, secrets=items)


@breaks("secrets.versions.expected")
async def overwrites_whatever_is_there(call: Call) -> Response:
    """ifVersion is ignored."""
    if call.at("POST /secrets") and "ifVersion" in call.sent:
        return await call.right(sent=_without_expectation(call.sent))
    return await call.right()


@breaks("secrets.versions.expected")
async def hides_the_current_version(call: Call) -> Response:
    """412 does not say which version is current."""
    right = await call.right()
    return edited(right, currentVersion=None) if right.status == 412 else right


@breaks("secrets.versions.expected")
async def rolls_back_whatever_is_there(call: Call) -> Response:
    """A rollback ignores ifVersion."""
    if call.at("POST /secrets/*/rollback"):
        return await call.right(sent=_without_expectation(call.sent))
    return await call.right()


@breaks("secrets.versions.expected_bulk")
async def writes_the_others(call: Call) -> Response:
    """A bulk ignores ifVersion."""
    if call.at("POST /secrets/bulk"):
        return await call.right(sent=_without_expectation(call.document))
    return await call.right()


@breaks("secrets.versions.destroyed")
async def destroys_what_is_current(call: Call) -> Response:
    """Destroying the current version is taken for a success."""
    right = await call.right()
    if call.method == "DELETE" and "/versions/" in call.path and right.status == 409:
        return Response(204, b"", right.headers)
    return right


@breaks("secrets.versions.destroyed")
async def only_says_that_it_destroyed(call: Call) -> Response:
    """Destroying a version is answered, and nothing is done."""
    if call.method == "DELETE" and call.path.endswith("/versions/1"):
        right = await call.right(method="GET", url=f"/secrets/{call.name}/versions")
        return Response(204, b"", right.headers)
    return await call.right()


@breaks("secrets.versions.destroyed_secret")
async def lets_writers_destroy(call: Call) -> Response:
    """destroy=true takes no more than a writer."""
    if call.at("DELETE /secrets/*") and "destroy" in call.query:
        return await call.as_root()
    return await call.right()


@breaks("secrets.versions.destroyed_secret")
async def only_deletes(call: Call) -> Response:
    """destroy=true is ignored for those who may use it."""
    right_of_all = call.token == call.house.token
    if call.at("DELETE /secrets/*") and "destroy" in call.query and right_of_all:
        return await call.right(url=call.path)
    return await call.right()


def _is_conflict(call: Call, right: Response) -> bool:
    return call.at("POST /secrets/*/restore") and right.status == 409
