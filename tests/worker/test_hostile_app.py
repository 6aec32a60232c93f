"""A Worker of the account that binds our entry points and objects to do harm."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, NamedTuple

import pytest

from px.project.workspace import Workspace
from worker.app_workers import App, Beside, beside
from worker.canaries import fresh_canary, leaks
from worker.main_worker import ProjectApi

TARGETS: Final = ("Secrets", "Default", "ProjectLedger", "BrainRun")
OBJECTS: Final = ", ".join(
    f'(name = "{name}", durableObjectNamespace = '
    f'(className = "{class_name}", serviceName = "worker"))'
    for name, class_name in (("LEDGER", "ProjectLedger"), ("RUN", "BrainRun"))
)
MORE: Final = f'(name = "DEFAULT", service = "worker"), {OBJECTS}'


class Harm(NamedTuple):
    """What must not get out, and who is there."""

    apps: Beside
    canary: str

    @property
    def api(self) -> ProjectApi:
        return ProjectApi(self.apps.worker, "shop")

    def secrets(self) -> dict[str, str]:
        keys, token = self.apps.worker.secrets.keys, self.apps.worker.secrets.token
        return {"a value": self.canary, "the key": keys.partition(":")[2], "the token": token}

    def state(self) -> object:
        """What honest callers find: over the API, and each over its own binding."""
        listed = self.api.call("GET", "/secrets").json()["secrets"]
        items = [(one["name"], one["version"], one["updatedAt"]) for one in listed]
        return [
            items,
            self.api.call("GET", "/grants").json(),
            self.apps.ask("honest", "SECRETS", "get", "CANARY"),
            self.apps.ask("honest", "SECRETS", "names"),
            self.ask("Secrets", method="get", sent=["OWN"]),
        ]

    def ask(self, target: str, **asked: object) -> Any:  # noqa: ANN401
        sent = {"target": target, **asked}
        return self.apps.apps["hostile"].post("/", json=sent, timeout=600).raise_for_status().json()


@pytest.fixture(scope="module")
def harm(project: Workspace, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Harm]:
    """`honest` may read CANARY, `hostile` only OWN."""
    honest = App("honest", "reader.mjs", {"SECRETS": {"project": "shop", "as": "checkout"}})
    hostile = App("hostile", "hostile.mjs", {"SECRETS": {"project": "shop", "as": "hostile"}}, MORE)
    with beside(project, tmp_path_factory.mktemp("harm"), honest, hostile) as apps:
        found = Harm(apps, fresh_canary())
        found.api.bulk({"CANARY": found.canary, "OWN": "its own"})
        for app, name in (("checkout", "CANARY"), ("hostile", "OWN")):
            sent = {"as": app, "read": [name]}
            found.api.call("POST", "/grants", json=sent).raise_for_status()
        yield found


@pytest.mark.parametrize("target", TARGETS)
def test_every_name_is_called_and_nothing_comes_of_it(harm: Harm, target: str) -> None:
    """Its own and Python's: what they give, what that leads to, and what can be set there. No
    value, key or token is in any answer, and the next honest call finds what it found before."""
    before = harm.state()
    told = harm.ask(target)
    after = harm.state()
    places = {call: answer.encode() for call, answer in told.items()}

    assert len(told) > 900, "names were left out"
    assert leaks(places, harm.secrets()) == []
    assert [call for call, answer in told.items() if '"its own"' in answer] == []
    changed = [answer for call, answer in told.items() if call.startswith(("set ", "delete "))]
    assert len(changed) > 100
    assert {"nothing hangs on this object" in answer for answer in changed} == {True}
    assert after == before


def test_honest_calls_are_answered(harm: Harm) -> None:
    """The control: the honest app's value is what the scan looks for."""
    assert harm.apps.ask("honest", "SECRETS", "get", "CANARY") == {"value": harm.canary}
    assert harm.ask("Secrets", method="get", sent=["OWN"]) == {"ok": True, "value": "its own"}
    assert harm.ask("Secrets", method="get", sent=["CANARY"])["code"] == "not_granted"
