"""Mutants of the list, and of what shows a value."""

from __future__ import annotations

from typing import Any

from positronic.http.request import Response
from spec.broken.mutant import Call, breaks, edited, found, refusal


def _is_list(call: Call, right: Response) -> bool:
    return call.at("GET /secrets") and right.status == 200


def _remember(call: Call) -> None:
    """Which value was sent last, and under which name."""
    for entry in [call.sent, *call.entries]:
        value = str(entry.get("value")) if isinstance(entry, dict) else ""
        if value.startswith("value-"):
            call.state[str(entry.get("name"))] = call.state["last"] = value[:30]


def _items(right: Response) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = found(right)["secrets"]
    return items


def _leaking(right: Response, call: Call) -> Response:
    right.headers["X-Debug"] = call.state.get("last", "")
    return right


@breaks("secrets.list.answer")
async def counts_wrong(call: Call) -> Response:
    """count is one more."""
    right = await call.right()
    return edited(right, count=found(right)["count"] + 1) if _is_list(call, right) else right


@breaks("secrets.list.answer")
async def lists_without_dates(call: Call) -> Response:
    """Listed secrets have no updatedAt."""
    right = await call.right()
    if not _is_list(call, right):
        return right
    return edited(right, secrets=[item | {"updatedAt": None} for item in _items(right)])


@breaks("secrets.list.no_value")
async def lists_values(call: Call) -> Response:
    """The list shows values."""
    _remember(call)
    right = await call.right()
    if not _is_list(call, right):
        return right
    shown = [item | {"value": call.state.get(item["name"])} for item in _items(right)]
    return edited(right, secrets=shown)


@breaks("secrets.list.no_value")
async def list_leaks_in_a_header(call: Call) -> Response:
    """A debugging header of the list shows a value."""
    _remember(call)
    right = await call.right()
    return _leaking(right, call) if _is_list(call, right) else right


@breaks("secrets.list.fields")
async def lists_digests(call: Call) -> Response:
    """Listed secrets have a field more."""
    right = await call.right()
    if not _is_list(call, right):
        return right
    return edited(right, secrets=[item | {"digest": "abc"} for item in _items(right)])


@breaks("secrets.list.holds")
async def lists_old_dates(call: Call) -> Response:
    """The list gives createdAt as updatedAt."""
    right = await call.right()
    if not _is_list(call, right):
        return right
    items = [item | {"updatedAt": item["createdAt"]} for item in _items(right)]
    return edited(right, secrets=items)


@breaks("secrets.list.order")
async def orders_like_a_dictionary(call: Call) -> Response:
    """The list is ordered without regard to capitals."""
    right = await call.right()
    if not _is_list(call, right):
        return right
    return edited(right, secrets=sorted(_items(right), key=lambda item: item["name"].lower()))


@breaks("secrets.list.paging")
async def loses_a_name_between_pages(call: Call) -> Response:
    """A page with a cursor lacks its last name."""
    right = await call.right()
    if not _is_list(call, right) or "cursor" not in found(right):
        return right
    items = _items(right)[:-1]
    return edited(right, secrets=items, count=len(items))


@breaks("secrets.list.paging")
async def ignores_the_limit(call: Call) -> Response:
    """A page holds everything."""
    if call.at("GET /secrets") and call.query.get("limit", "").isdigit():
        right = await call.right(url="/secrets")
        return right if call.query["limit"] not in ("0", "1001") else await call.right()
    return await call.right()


@breaks("secrets.list.limit")
async def takes_a_larger_limit(call: Call) -> Response:
    """limit=1001 is taken for 1000."""
    if call.at("GET /secrets") and call.query.get("limit") == "1001":
        return await call.right(url="/secrets?limit=1000")
    return await call.right()


@breaks("secrets.list.cursor")
async def fails_on_a_made_up_cursor(call: Call) -> Response:
    """A cursor that no list gave is an internal error."""
    cursor = call.query.get("cursor", "SPEC_")
    if call.at("GET /secrets") and not cursor.startswith("SPEC_"):
        return refusal(500, "internal")
    return await call.right()


@breaks("values.unreadable")
async def reads_a_secret(call: Call) -> Response:
    """GET /secrets/NAME answers with the value."""
    _remember(call)
    right = await call.right()
    if call.at("GET /secrets/*") and call.name in call.state:
        return edited(refusal(200, "x"), value=call.state[call.name])
    return right


@breaks("values.unrepeated")
async def repeats_the_value(call: Call) -> Response:
    """The answer to a write has the value in a header."""
    _remember(call)
    right = await call.right()
    return _leaking(right, call) if call.method != "GET" and right.status < 300 else right


@breaks("values.unrecorded")
async def records_the_value(call: Call) -> Response:
    """GET /audit shows a value."""
    _remember(call)
    right = await call.right()
    return _leaking(right, call) if call.at("GET /audit") else right
