"""Mutants of grants."""

from __future__ import annotations

from positronic.http.request import Response
from spec.broken.mutant import RIGHT, Call, answer, breaks, edited, found

ADD, LIST, REMOVE = "POST /grants", "GET /grants", "DELETE /grants/*"


def _is(call: Call, right: Response, at: str) -> bool:
    return call.at(at) and right.status in (200, 201)


@breaks("grants.answer")
async def misses_nothing(call: Call) -> Response:
    """POST /grants says that there is a secret of every name."""
    right = await call.right()
    return edited(right, missing=[]) if _is(call, right, ADD) else right


@breaks("grants.answer")
async def grants_with_200(call: Call) -> Response:
    """POST /grants answers 200."""
    right = await call.right()
    return answer(200, found(right), right) if _is(call, right, ADD) else right


@breaks("grants.adds")
async def replaces_a_grant(call: Call) -> Response:
    """What the app could read before is taken back."""
    if call.at(ADD) and isinstance(app := call.sent.get("as"), str) and app.isprintable():
        read = call.sent.get("read")
        if isinstance(read, list) and 1 < len(read) < 5:
            await call.right("DELETE", f"/grants/{app}", headers={"content-type": None})
    return await call.right()


@breaks("grants.adds")
async def makes_a_grant_anew(call: Call) -> Response:
    """createdAt is the time of the last change."""
    right = await call.right()
    if not _is(call, right, ADD):
        return right
    before = call.state.setdefault(call.sent["as"], 0)
    call.state[call.sent["as"]] = before + 1
    return edited(right, createdAt=f"2026-11-24T05:36:45.{before:03}Z")


@breaks("grants.listed")
async def lists_the_last_app_first(call: Call) -> Response:
    """GET /grants is in the opposite order."""
    right = await call.right()
    return edited(right, grants=found(right)["grants"][::-1]) if _is(call, right, LIST) else right


@breaks("grants.listed")
async def counts_grants_wrong(call: Call) -> Response:
    """count is one more."""
    right = await call.right()
    return edited(right, count=found(right)["count"] + 1) if _is(call, right, LIST) else right


@breaks("grants.listed")
async def lists_one_page(call: Call) -> Response:
    """GET /grants ends after its first page."""
    right = await call.right()
    return edited(right, cursor=None) if _is(call, right, LIST) else right


@breaks("grants.removed")
async def removes_the_whole_grant(call: Call) -> Response:
    """`read` is ignored: everything is taken back."""
    if call.at(REMOVE) and "," in call.query.get("read", ""):
        right = await call.right()
        if right.status == 204:
            await call.right(url=call.path)
        return right
    return await call.right()


@breaks("grants.removed")
async def keeps_a_grant(call: Call) -> Response:
    """DELETE /grants/AS answers 204, and the app may still read."""
    if call.at(REMOVE) and "read" not in call.query:
        names = call.state.get(call.name)
        return Response(204, headers=dict(RIGHT)) if names else await call.right()
    right = await call.right()
    if call.at(REMOVE) and "," in call.query["read"] and right.status == 204:
        call.state[call.name] = True
    return right


@breaks("grants.emptied")
async def lists_a_grant_of_nothing(call: Call) -> Response:
    """An app whose last name was removed is still listed."""
    right = await call.right()
    if call.at(REMOVE) and right.status == 204 and "," not in call.query.get("read", ","):
        call.state[call.name] = True
    if not _is(call, right, LIST):
        return right
    items = found(right)["grants"]
    gone = [{"as": app, "unreadable": True} for app in call.state]
    return edited(right, grants=[*items, *gone], count=len(items) + len(gone))


@breaks("grants.unknown")
async def removes_what_is_there(call: Call) -> Response:
    """Of names to be removed, those that are granted are removed, and the others ignored."""
    right = await call.right()
    if not call.at(REMOVE) or right.status != 404 or "read" not in call.query:
        return right
    name = call.query["read"].partition(",")[0]
    return await call.right(url=f"{call.path}?read={name}")


@breaks("grants.unknown")
async def removes_no_grant(call: Call) -> Response:
    """A grant that is not there is removed with 204."""
    right = await call.right()
    if call.at(REMOVE) and right.status == 404 and "read" not in call.query:
        return Response(204, headers=dict(RIGHT))
    return right


@breaks("grants.form")
async def takes_capitals(call: Call) -> Response:
    """`Checkout` is taken for `checkout`."""
    if call.at(ADD) and call.sent.get("as") == "Checkout":
        return await call.right(sent=call.sent | {"as": "checkout"})
    return await call.right()


@breaks("grants.form")
async def takes_a_name_for_a_list(call: Call) -> Response:
    """`read` may be one name."""
    if call.at(ADD) and isinstance(name := call.sent.get("read"), str):
        return await call.right(sent=call.sent | {"read": [name]})
    return await call.right()


@breaks("grants.apart")
async def lists_all_grants_everywhere(call: Call) -> Response:
    """GET /grants lists those of the project in which something was granted first."""
    if call.at(ADD):
        call.state.setdefault("first", call.project or None)
    if call.at(LIST) and "first" in call.state:
        return await call.as_root(x_positronic_project=call.state["first"])
    return await call.right()


@breaks("grants.recorded")
async def records_no_removal(call: Call) -> Response:
    """The audit log has no word of a grant that was taken back."""
    right = await call.right()
    if call.at("GET /audit") and call.query.get("action") == "grant.remove":
        return edited(right, events=[], count=0)
    return right
