"""Every cell of the role matrix through `handle`."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from positronic.api.routes import ROUTES
from support.memory_service import TOKEN, House
from support.role_matrix import CELLS, PLACES, ROLES, TABLE, Matrix, Reply

# The matrix makes what these are about, before it tries them.
PREPARED = (
    *("DELETE /secrets", "DELETE /secrets/bulk", "PATCH /secrets/bulk", "POST /secrets/bulk"),
    "DELETE /tokens",
)


class InMemory:
    """A house as the matrix sees it."""

    root = TOKEN

    def __init__(self) -> None:
        self.house = House()

    def send(self, method: str, path: str, document: object, headers: Mapping[str, str]) -> Reply:
        self.house.clock.now += 1
        answer = self.house.call(
            method, path, document, headers={"authorization": None, **dict(headers)}
        )
        return Reply(answer.status, answer.json if answer.body else None)


@pytest.fixture(scope="module")
def matrix() -> Matrix:
    return Matrix(InMemory())


@pytest.mark.parametrize(
    ("call", "own", "other"),
    [
        # none, runner, deployer, reader, writer, admin, root
        ("GET /status", (200,) * 7, (200,) * 7),
        ("POST /brains/runs", (401, 404, 403, 403, 404, 404, 404), (401, *(403,) * 5, 404)),
        ("GET /secrets/{name}/exists", (401, 403, *(200,) * 5), (401, *(403,) * 5, 200)),
        ("GET /secrets", (401, 403, 403, *(200,) * 4), (401, *(403,) * 5, 200)),
        ("POST /secrets", (401, *(403,) * 3, *(201,) * 3), (401, *(403,) * 5, 201)),
        ("DELETE /tokens/{id}", (401, *(403,) * 4, 204, 204), (401, *(403,) * 5, 204)),
        ("GET /projects", (401, *(403,) * 5, 200), (401, *(403,) * 5, 200)),
    ],
)
def test_a_row_of_the_table(call: str, own: tuple[int, ...], other: tuple[int, ...]) -> None:
    """What a route's role means, written out once for each role."""
    assert TABLE[call] == (own, other, other)


@pytest.mark.parametrize(
    ("role", "calls"),
    [
        (
            "runner",
            {
                *("GET /brains", "GET /brains/{identifier}", "GET /brains/runs"),
                *("POST /brains/runs", "POST /brains/runs/rerun"),
                *("GET /brains/runs/{runId}", "GET /brains/runs/{runId}/watch"),
                *("DELETE /brains/runs/{runId}", "GET /runs"),
            },
        ),
        ("deployer", {"GET /secrets/{name}/exists"}),
    ],
)
def test_all_that_a_smaller_role_may(role: str, calls: set[str]) -> None:
    """A runner nothing of secrets; a deployer no list of them. Both without what anyone may."""
    own = {call: places[0][ROLES.index(role)] for call, places in TABLE.items()}
    allowed = {call for call, status in own.items() if status not in (401, 403)}

    assert allowed - {"GET /status", "GET /openapi.json"} == calls


def test_no_route_is_missing_in_the_table() -> None:
    """Every route of the API has its cells."""
    assert len(TABLE) == len(ROUTES)
    assert len(CELLS) == len(ROUTES) * len(ROLES) * len(PLACES)


@pytest.mark.parametrize(("call", "role", "place"), CELLS)
def test_cell(matrix: Matrix, call: str, role: str, place: str) -> None:
    """A role is let in exactly where the table says so."""
    assert matrix.try_cell(call, role, place) == matrix.expected(call, role, place)


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("place", PLACES)
def test_what_is_refused_changes_nothing(matrix: Matrix, role: str, place: str) -> None:
    """A call that is refused leaves secrets, tokens and events of both projects as they are."""
    refused = [
        call
        for call in TABLE
        if "{" not in call and call not in PREPARED and matrix.expected(call, role, place)[1]
    ]
    before = matrix.world()
    for call in refused:
        matrix.try_cell(call, role, place)

    assert matrix.world() == before


@pytest.mark.parametrize(
    "line", [("reader", "writer", "admin", "root"), ("runner", "writer"), ("deployer", "reader")]
)
def test_a_role_never_may_less_than_the_one_below(line: tuple[str, ...]) -> None:
    """In each row, what a role may, every higher role may."""
    for call, places in TABLE.items():
        for statuses in places:
            allowed = [statuses[ROLES.index(role)] not in (401, 403) for role in line]

            assert allowed == sorted(allowed), call
