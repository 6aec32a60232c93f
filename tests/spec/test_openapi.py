"""openapi.json: fresh, valid, whole."""

from __future__ import annotations

import asyncio
import json
from typing import Any, get_type_hints

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator, validate
from scripts.openapi import is_stale

from positronic import errors
from positronic.api.openapi import DOCUMENT
from positronic.api.routes import ROUTES
from positronic.api.routing import Route
from positronic.errors import PositronicError
from positronic.http.request import Request
from px.spec import contract
from spec.house import House
from support.role_matrix import call_of

CONTRACT: dict[str, Any] = json.loads(DOCUMENT)


def _operations() -> dict[tuple[str, str], Any]:
    return {
        (method.upper(), path): operation
        for path, methods in CONTRACT["paths"].items()
        for method, operation in methods.items()
    }


def _codes(response: dict[str, Any]) -> set[str]:
    found = CONTRACT["components"]["responses"][response["$ref"].rpartition("/")[2]]
    schema = found["content"]["application/json"]["schema"]
    return set(schema["allOf"][1]["properties"]["code"]["enum"])


def test_it_is_fresh() -> None:
    """The checked-in module is what the script writes."""
    assert not is_stale(), "run `python -m scripts.openapi`"


def test_it_is_openapi() -> None:
    """The document is valid by the metaschema of OpenAPI 3.1."""
    validate(CONTRACT, cls=OpenAPIV31SpecValidator)


def test_every_route_is_in_it() -> None:
    """Each method of each route is there, with its role, and nothing else is."""
    roles = {(route.method, route.path): route.role for route in ROUTES}
    found = _operations()

    assert found.keys() == roles.keys()
    for key, role in roles.items():
        assert found[key].get("x-positronic-role") == (role and role.label)
        assert found[key].get("security") == (None if role else [])


def test_every_code_is_in_it() -> None:
    """Each code of the error tree stands under its status, and is the answer of some call."""
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type)]
    tree = {(k.status, k.code) for k in kinds if issubclass(k, PositronicError)}
    found = {
        (int(status), code)
        for operation in _operations().values()
        for status, response in operation["responses"].items()
        if "$ref" in response
        for code in _codes(response)
    }

    assert found == tree
    assert found == {(s, c) for c, s in contract.STATUS.items()}


@pytest.mark.parametrize("route", ROUTES, ids=call_of)
def test_every_answer_is_described(route: Route) -> None:
    """Each call has one success, and what anyone, a caller and a sender of bodies can do wrong."""
    responses = _operations()[route.method, route.path]["responses"]
    statuses = {int(status) for status in responses}
    wanted = {400, 405, 500, 503}
    wanted |= {401, 403, 429, 502} if route.role else set()
    wanted |= {413, 415} if route.read else set()

    assert [status for status in statuses if status < 300] == [route.status]
    assert wanted <= statuses


@pytest.mark.parametrize("route", [route for route in ROUTES if route.read], ids=call_of)
def test_a_body_is_read_as_its_endpoint_takes_it(route: Route) -> None:
    """The model that `read` returns is the endpoint's first argument."""
    assert route.read is not None
    first = next(iter(get_type_hints(route.endpoint).values()))

    assert get_type_hints(route.read)["return"] is first


def test_it_is_open() -> None:
    """GET /openapi.json gives exactly this to anyone."""

    async def nothing(_: int) -> bytes:
        return b""

    request = Request("GET", "https://secrets.example/openapi.json", {}, nothing)
    answer = asyncio.run(House().serve(request))

    assert (answer.status, answer.body) == (200, DOCUMENT)
    assert answer.headers["Content-Type"] == "application/json"
