"""Somebody who can write to KV, before, during and after a project's adoption.

The table of SECURITY.md: each attack is without effect, or found and named, or is what adoption
cannot know.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

import pytest

from positronic.access.tokens import Token
from positronic.names import Project
from support.waiting import wait_until
from worker.main_worker import KEY_ID, ProjectApi, fresh_keys
from worker.old_project import GENUINE, REVOKED, TOKEN, OldProject


@dataclass(frozen=True, slots=True)
class Outcome:
    """What is there after the adoption, and what was named as not brought."""

    values: Mapping[str, str] = field(default_factory=lambda: GENUINE)
    failed: Mapping[str, str] = field(default_factory=dict)
    tokens: frozenset[str] = frozenset({TOKEN})
    verdicts: tuple[str, ...] = ("intact", "intact", "intact")  # the last is the adoption's


NO_EFFECT: Final = Outcome()
ONLY_B: Final = {"B": "value B"}


@dataclass(frozen=True, slots=True)
class Attack:
    """`late`: its outcome when the adoption had listed KV already; the same if None."""

    act: Callable[[OldProject], None]
    early: Outcome
    late: Outcome | None = None


def _forge(there: OldProject) -> None:
    keys = fresh_keys(KEY_ID)
    forged = replace(there.old, keys=keys)
    there.write(asyncio.run(forged.secret("A", "forged", 2)))


def _redate(there: OldProject) -> None:
    genuine = there.entries["a"]
    there.write(replace(genuine, metadata={**(genuine.metadata or {}), "updatedAt": 1}))


def _other_project(there: OldProject) -> None:
    other = replace(there.old, project=Project("elsewhere"))
    there.write(asyncio.run(other.secret("C", "of another project")), "secret/C")
    there.write(other.token("1" * 16, "secret"), f"token/{'1' * 16}")


def _raise_role(there: OldProject) -> None:
    genuine = there.entries["token"]
    there.write(replace(genuine, text=genuine.text.replace('"writer"', '"admin"')))


def _change_event(there: OldProject) -> None:
    genuine = there.entries["first"]
    there.write(replace(genuine, text=genuine.text.replace('"A"', '"Z"')))


def _bad_names(there: OldProject) -> None:
    for name in ("a b", "..", "POSITRONIC_X", "N" * 200):
        there.write(there.entries["a"], f"secret/{name}")
    there.write(there.entries["token"], "token/no id")


def _bad_projects(there: OldProject) -> None:
    kv = there.api.worker.kv
    for key in (
        ".projects/",
        ".projects/Not a name",
        ".projects/secret/A",
        f".projects/{'x' * 90}",
    ):
        kv.write(key, "1")


def _plant_events(there: OldProject) -> None:
    other = replace(there.old, project=Project("elsewhere"))
    there.write(other.event(1_795_000_000_000, "secret.put", "C"), f"audit/{'0' * 32}")


ATTACKS: Final = {
    "forge": Attack(_forge, Outcome(ONLY_B, {"A": "corrupt_record"})),
    "re-date": Attack(_redate, Outcome(ONLY_B, {"A": "corrupt_record"})),
    "no metadata": Attack(
        lambda there: there.write(replace(there.entries["a"], metadata=None)),
        Outcome(ONLY_B, {"A": "corrupt_record"}),
    ),
    "garbage": Attack(
        lambda there: there.write(replace(there.entries["a"], text="garbage")),
        Outcome(ONLY_B, {"A": "corrupt_record"}),
    ),
    "rename": Attack(
        lambda there: there.write(there.entries["a"], "secret/C"),
        Outcome(failed={"C": "corrupt_record"}),
        NO_EFFECT,
    ),
    "another project's": Attack(
        _other_project,
        Outcome(failed={"C": "corrupt_record", f"token {'1' * 16}": "corrupt_record"}),
        NO_EFFECT,
    ),
    "roll back": Attack(
        lambda there: there.write(there.entries["older"]), Outcome({**GENUINE, "A": "older A"})
    ),
    "delete": Attack(
        lambda there: there.delete("a"), Outcome(ONLY_B), Outcome(ONLY_B, {"A": "not_found"})
    ),
    "bad names": Attack(
        _bad_names,
        Outcome(
            failed={
                "a b": "invalid_name",
                "..": "invalid_name",
                "POSITRONIC_X": "reserved_name",
                f"{'N' * 80}…": "invalid_name",
                "token no id": "corrupt_record",
            }
        ),
        NO_EFFECT,
    ),
    "raise a role": Attack(
        _raise_role, Outcome(failed={f"token {TOKEN}": "corrupt_record"}, tokens=frozenset())
    ),
    "revive a token": Attack(
        lambda there: there.write(there.entries["revoked"]),
        Outcome(tokens=frozenset({TOKEN, REVOKED})),
        NO_EFFECT,
    ),
    "delete a token": Attack(
        lambda there: there.delete("token"),
        Outcome(tokens=frozenset()),
        Outcome(failed={f"token {TOKEN}": "not_found"}, tokens=frozenset()),
    ),
    "rewrite an event": Attack(_change_event, Outcome(verdicts=("changed", "intact", "intact"))),
    "plant an event": Attack(
        _plant_events, Outcome(verdicts=("changed", "intact", "intact", "intact")), NO_EFFECT
    ),
    "bad projects": Attack(_bad_projects, NO_EFFECT),
}


@pytest.fixture
def attacked(api: ProjectApi, other_api: ProjectApi) -> OldProject:
    """A project in KV alone."""
    other_api.put("OTHER", "so that KV's files exist")
    other_api.names()
    found = OldProject(api)
    found.fill()
    return found


def _is(there: OldProject, account: Mapping[str, Any], outcome: Outcome) -> None:
    failed = {one["name"]: one["code"] for one in account.get("failed", [])}
    assert failed == outcome.failed
    assert there.api.kept_values() == outcome.values
    listed = there.api.call("GET", "/secrets").json()["secrets"]
    assert {one["name"] for one in listed} == {*outcome.values}
    for name in ("A", "B", "C"):
        assert there.api.exists(name).json()["exists"] is (name in outcome.values)
    assert there.tokens() == outcome.tokens
    assert tuple(there.verdicts()) == outcome.verdicts
    names = {one["name"] for one in there.api.call("GET", "/projects").json()["projects"]}
    assert not {name for name in names if name.startswith((".", "Not", "x", "secret"))}


@pytest.mark.parametrize("what", ATTACKS)
def test_before(attacked: OldProject, what: str) -> None:
    """Before the adoption: refused until it is made, then what SECURITY.md's table says."""
    attack = ATTACKS[what]
    attack.act(attacked)
    refused = attacked.api.put("NEW", "value")
    assert (refused.status_code, refused.json()["code"]) == (503, "adopting")

    _is(attacked, attacked.adopt(), attack.early)


@pytest.mark.parametrize("what", ATTACKS)
def test_during(attacked: OldProject, what: str) -> None:
    """After the first step, which has listed what is to be brought."""
    attack = ATTACKS[what]
    assert attacked.step()["state"] == "adopting"
    attack.act(attacked)
    assert attacked.api.call("GET", "/secrets").json()["code"] == "adopting"

    _is(attacked, attacked.adopt(), attack.late or attack.early)


@pytest.mark.parametrize("what", ATTACKS)
def test_after(attacked: OldProject, what: str) -> None:
    """Afterwards nothing of it counts, and a repair makes KV equal to the ledger again."""
    account = attacked.adopt()
    attacked.api.names()
    ATTACKS[what].act(attacked)

    _is(attacked, account, NO_EFFECT)
    assert attacked.adopt() == account, "asked again"
    assert attacked.api.call("POST", "/project/repair").json() == {"due": 2}
    attacked.api.names()
    for name, value in GENUINE.items():
        assert attacked.api.open_on_cpython(name) == value.encode()


def test_deleted_events_are_not_known(attacked: OldProject) -> None:
    """An old event that is deleted before is lost; during, it is named."""
    attacked.delete("first")
    attacked.step()
    attacked.delete("second")
    account = attacked.adopt()

    event = f"event {attacked.entries['second'].key.rpartition('/')[2]}"
    _is(attacked, account, Outcome(failed={event: "not_found"}, verdicts=("intact",)))


def test_old_tokens_and_events_leave_kv(attacked: OldProject) -> None:
    """The alarm removes them after the adoption, so that nothing believes them later."""
    attacked.adopt()
    kv, project = attacked.api.worker.kv, attacked.api.project

    wait_until(lambda: not kv.keys(f"{project}/token/"), "the tokens to go")
    wait_until(lambda: not kv.keys(f"{project}/audit/"), "the events to go")
    assert kv.keys(f"{project}/secret/") == {f"{project}/secret/A", f"{project}/secret/B"}


def test_a_token_opens_after_the_adoption(attacked: OldProject) -> None:
    """Not before, not during, and then with its own role."""
    project = attacked.api.project
    secret = "5" * 64
    attacked.write(attacked.old.token("a" * 16, secret, "reader"))
    headers = {"Authorization": f"Bearer {Token(Project(project), 'a' * 16, secret).text}"}

    assert attacked.api.call("GET", "/secrets", headers=headers).status_code == 401
    attacked.step()
    assert attacked.api.call("GET", "/secrets", headers=headers).status_code == 401
    attacked.adopt()
    assert attacked.api.call("GET", "/secrets", headers=headers).status_code == 200
    assert attacked.api.call("GET", "/tokens", headers=headers).status_code == 403
