"""Invented projects and tokens on the real Worker: refused, and nothing is left of them."""

from __future__ import annotations

import os
from itertools import cycle

from positronic.access import tokens
from positronic.names import Project
from worker.main_worker import ProjectApi

PROJECTS = 800  # invented, with a token each
TOKENS = 200  # invented, of a project that is there
CALLS = (("GET", "/secrets"), ("POST", "/secrets"), ("DELETE", "/secrets/A"), ("GET", "/audit"))


def _refused(api: ProjectApi, projects: list[str]) -> set[int]:
    """The statuses of one call with an invented token for each project."""
    statuses = set()
    for project, (method, path) in zip(projects, cycle(CALLS), strict=False):
        token = tokens.mint(Project(project), os.urandom)
        headers = {"Authorization": f"Bearer {token.text}"}
        sent = {"name": "A", "value": "other"} if method == "POST" else None
        answer = api.worker.client.request(method, path, json=sent, headers=headers)
        statuses.add(answer.status_code)
    return statuses


def test_strangers_leave_nothing_behind(api: ProjectApi) -> None:
    """1,000 invented tokens, most of invented projects, leave no table, no row and no
    project in the directory."""
    api.put("A", "value")
    api.names()
    ledgers, kv = api.worker.ledgers, api.worker.kv
    before = ledgers.made(), ledgers.all_rows(api.project), kv.keys()
    invented = _refused(api, [f"invented-{number}" for number in range(PROJECTS)])
    real = _refused(api, [api.project] * TOKENS)
    listed = {item["name"] for page in api.pages("/projects", "projects", 1000) for item in page}

    assert invented == real == {401}
    assert (ledgers.made(), ledgers.all_rows(api.project), kv.keys()) == before
    assert not {name for name in listed if name.startswith("invented")}


def test_reads_leave_nothing_behind(api: ProjectApi) -> None:
    """Root's reads and failed deletions in projects that nobody wrote to leave no table."""
    before = api.worker.ledgers.made()
    for number in range(20):
        reader = ProjectApi(api.worker, f"unwritten-{number}")
        statuses = [
            reader.call("GET", "/secrets").status_code,
            reader.call("GET", "/audit").status_code,
            reader.call("GET", "/tokens").status_code,
            reader.call("GET", "/keys").status_code,
            reader.exists("A").status_code,
            reader.call("DELETE", "/tokens/0123456789abcdef").status_code,
        ]
        assert statuses == [200] * 5 + [404]

    assert api.worker.ledgers.made() == before
