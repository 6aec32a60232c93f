"""Workers of somebody else read secrets over a service binding, in real workerd, offline."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import pytest

from px.project.workspace import Workspace
from worker.app_workers import App, Beside, beside
from worker.main_worker import ProjectApi

SHOP: Final = {"project": "shop", "as": "checkout"}
BINDINGS: Final[dict[str, object]] = {
    "SECRETS": SHOP,
    "NARROW": SHOP | {"read": ["B"]},
    "STRANGER": SHOP | {"as": "stranger"},
    "ELSEWHERE": SHOP | {"project": "elsewhere"},
    "NONE": None,
    "EMPTY": {},
}
PROJECTS: Final = ("shop", "elsewhere", "default")
LANGUAGES: Final = {"js": "reader.mjs", "ts": "reader.ts", "py": "reader.py"}


@pytest.fixture(scope="module")
def apps(project: Workspace, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Beside]:
    """One in each language, beside ours; `checkout` is granted A and B of `shop`."""
    readers = [App(name, main, BINDINGS) for name, main in LANGUAGES.items()]
    with beside(project, tmp_path_factory.mktemp("apps"), *readers) as running:
        for api in (ProjectApi(running.worker, name) for name in PROJECTS):
            api.bulk({name: f"{name} of {api.project}" for name in ("A", "B", "C")})
        _grant(running, "A", "B", "LATER")
        yield running


def _api(apps: Beside) -> ProjectApi:
    return ProjectApi(apps.worker, "shop")


def _grant(apps: Beside, *names: str) -> None:
    sent = {"as": "checkout", "read": names}
    _api(apps).call("POST", "/grants", json=sent).raise_for_status()


def _events(apps: Beside, project: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (
        ProjectApi(apps.worker, project).call("GET", "/audit?limit=1000").json()["events"]
    )
    return found


@pytest.mark.parametrize("app", LANGUAGES)
@pytest.mark.parametrize(
    ("method", "sent", "value"),
    [
        ("get", ["A"], "A of shop"),
        ("getMany", [["B", "A"]], {"B": "B of shop", "A": "A of shop"}),
        ("exists", ["A"], True),
        ("exists", ["LATER"], False),
        ("names", [], ["A", "B"]),
    ],
)
def test_a_worker_reads_what_it_is_granted(
    apps: Beside, app: str, method: str, sent: list[object], value: object
) -> None:
    """By the client in its language."""
    assert apps.ask(app, "SECRETS", method, *sent) == {"value": value}


@pytest.mark.parametrize("app", LANGUAGES)
@pytest.mark.parametrize(
    ("binding", "name", "code"),
    [
        ("SECRETS", "C", "not_granted"),
        ("SECRETS", "NEVER", "not_granted"),
        ("SECRETS", "LATER", "not_found"),
        ("SECRETS", "no name", "invalid_name"),
        ("NARROW", "A", "not_granted"),
        ("STRANGER", "A", "not_granted"),
        ("ELSEWHERE", "A", "not_granted"),
        ("NONE", "A", "no_props"),
        ("EMPTY", "A", "no_props"),
        ("MISSING", "A", "no_binding"),
    ],
)
def test_it_is_refused_everything_else(
    apps: Beside, app: str, binding: str, name: str, code: str
) -> None:
    """The client raises a SecretsError with the code."""
    found = apps.ask(app, binding, "get", name)

    assert (found.get("name"), found.get("code")) == ("SecretsError", code), found
    assert found["message"]


def test_refusals_are_in_the_audit_log(apps: Beside) -> None:
    """Of the project that the props name; of the Worker's own where they name none."""
    asked = [("SECRETS", "C"), ("STRANGER", "A"), ("ELSEWHERE", "A"), ("NONE", "A")]
    for binding, name in asked:
        apps.ask("js", binding, "get", name)

    def refused(project: str) -> set[tuple[str, str, str]]:
        found = [one for one in _events(apps, project) if one["outcome"] == "refused"]
        assert all(one["integrity"] == "intact" for one in found)
        return {(one["actor"]["type"], one["actor"]["name"], one["code"]) for one in found}

    assert {("binding", "checkout", "not_granted"), ("binding", "stranger", "not_granted")} <= (
        refused("shop")
    )
    assert refused("elsewhere") == {("binding", "checkout", "not_granted")}
    assert ("binding", "unknown", "no_props") in refused("default")


@pytest.mark.parametrize("app", LANGUAGES)
def test_a_removed_grant_holds_at_the_next_call(apps: Beside, app: str) -> None:
    """Neither our Worker nor the client keeps what was read before."""
    before = apps.ask(app, "SECRETS", "get", "A")
    removed = _api(apps).call("DELETE", "/grants/checkout")
    after = apps.ask(app, "SECRETS", "get", "A")
    _grant(apps, "A", "B", "LATER")

    assert (before["value"], removed.status_code) == ("A of shop", 204)
    assert after["code"] == "not_granted"
    assert apps.ask(app, "SECRETS", "get", "A") == before


def test_a_read_shows_in_the_uses(apps: Beside) -> None:
    """By the app's name, and in the audit log."""
    apps.ask("ts", "SECRETS", "get", "B")
    uses = _api(apps).call("GET", "/secrets/B/uses").json()["uses"]
    [read, *_] = [one for one in _events(apps, "shop") if one["outcome"] == "accepted"]

    assert [one["reader"] for one in uses] == [{"type": "binding", "name": "checkout"}]
    assert (read["action"], read["names"], read["actor"]["name"]) == (
        *("binding.read", ["B"]),
        "checkout",
    )
