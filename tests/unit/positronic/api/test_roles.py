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
        ("GET /status", (200, 200, 200, 200, 200), (200, 200, 200, 200, 200)),
        ("GET /secrets", (401, 200, 200, 200, 200), (401, 403, 403, 403, 200)),
        ("POST /secrets", (401, 403, 201, 201, 201), (401, 403, 403, 403, 201)),
        ("DELETE /tokens/{id}", (401, 403, 403, 204, 204), (401, 403, 403, 403, 204)),
        ("GET /projects", (401, 403, 403, 403, 200), (401, 403, 403, 403, 200)),
        ("POST /brains/runs", (401, 403, 404, 404, 404), (401, 403, 403, 403, 404)),
    ],
)
def test_a_row_of_the_table(call: str, own: tuple[int, ...], other: tuple[int, ...]) -> None:
    """What a route's role means, written out once for each role."""
    assert TABLE[call] == (own, other, other)


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


def test_a_role_never_may_less_than_the_one_below() -> None:
    """In each row, what a role may, every higher role may."""
    for call, places in TABLE.items():
        for statuses in places:
            allowed = [status < 400 for status in statuses]

            assert allowed == sorted(allowed), call
