"""Every cell of the role matrix over HTTP, against the real Worker in workerd."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from support.role_matrix import CELLS, Matrix, Reply
from worker.main_worker import MainWorker


class OverHttp:
    """The running Worker as the matrix sees it."""

    def __init__(self, worker: MainWorker) -> None:
        self.root = worker.secrets.token
        self._client = worker.client

    def send(self, method: str, path: str, document: object, headers: Mapping[str, str]) -> Reply:
        sent = {} if document is None else {"json": document}
        answer = self._client.request(method, path, headers=dict(headers), **sent)  # type: ignore[arg-type]
        return Reply(answer.status_code, answer.json() if answer.content else None)


@pytest.fixture(scope="module")
def matrix(main_worker: MainWorker) -> Matrix:
    return Matrix(OverHttp(main_worker), "matrix-here", "matrix-there")


@pytest.mark.parametrize(("call", "role", "place"), CELLS)
def test_cell(matrix: Matrix, call: str, role: str, place: str) -> None:
    """A role is let in exactly where the table says so."""
    assert matrix.try_cell(call, role, place) == matrix.expected(call, role, place)
