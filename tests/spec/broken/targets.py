"""Mutants of targets."""

from __future__ import annotations

from positronic.http.request import Response
from spec.broken.mutant import RIGHT, Call, answer, breaks, edited, found

LIST, SET, REMOVE = "GET /targets", "PUT /targets/*", "DELETE /targets/*"
SYNC, CHECK = "POST /targets/*/sync", "GET /targets/*/check"
ONE = {"name": "b", "type": "fly", "state": "off", "missing": [], "counts": {}}


def _is_list(call: Call, right: Response) -> bool:
    return call.at(LIST) and right.status == 200


@breaks("targets.listed")
async def counts_targets_wrong(call: Call) -> Response:
    """count is one more."""
    right = await call.right()
    return edited(right, count=found(right)["count"] + 1) if _is_list(call, right) else right


@breaks("targets.listed")
async def lists_the_last_target_first(call: Call) -> Response:
    """GET /targets is in the opposite order."""
    right = await call.right()
    targets = [ONE, {**ONE, "name": "a"}]
    return edited(right, targets=targets, count=2) if _is_list(call, right) else right


@breaks("targets.listed")
async def shows_a_credential(call: Call) -> Response:
    """A target is listed with what opens its provider."""
    right = await call.right()
    targets = [{**ONE, "credentials": {"API_TOKEN": "t"}}]
    return edited(right, targets=targets, count=1) if _is_list(call, right) else right


@breaks("targets.unknown")
async def takes_any_target(call: Call) -> Response:
    """A target that is not in the configuration is switched on."""
    right = await call.right()
    return answer(200, ONE, right) if call.at(SET) and right.status == 404 else right


@breaks("targets.unknown")
async def removes_any_target(call: Call) -> Response:
    """A target that there is not is removed with 204."""
    right = await call.right()
    is_unknown = call.at(REMOVE) and right.status == 404
    return Response(204, headers=dict(RIGHT)) if is_unknown else right


@breaks("targets.unknown")
async def checks_any_target(call: Call) -> Response:
    """A target that there is not is as it has to be."""
    right = await call.right()
    is_unknown = call.at(CHECK) and right.status == 404
    return answer(200, {"differing": [], "same": 0}, right) if is_unknown else right


@breaks("targets.named")
async def takes_an_address(call: Call) -> Response:
    """What looks like an address is a target that there is not."""
    right = await call.right()
    is_wrong = call.at(SET) and found(right).get("code") == "invalid_name" and "." in call.name
    wrong = {"code": "not_found", "error": "there is no such target"}
    return answer(404, {**found(right), **wrong}, right) if is_wrong else right


@breaks("targets.form")
async def ignores_an_address(call: Call) -> Response:
    """An `address` in the body is left out, and the rest taken."""
    if call.at(SET) and "address" in call.sent:
        return await call.right(sent={key: call.sent[key] for key in ("names",)})
    return await call.right()


@breaks("targets.form")
async def takes_an_empty_prefix(call: Call) -> Response:
    """Every secret's name begins with nothing."""
    if call.at(SET) and call.sent.get("prefix") == "":
        return await call.right(sent={"prefix": "A"})
    return await call.right()
