"""Somebody who can write to KV, before, during and after a project's adoption.

The table of SECURITY.md: each attack is without effect, or found and named, or is what adoption
cannot know.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

import pytest

from contracts.old_kv import OldEntry, OldKv
from positronic.access.tokens import Token
from positronic.ciphers.native import NativeCipher
from positronic.names import Project
from support.waiting import wait_until
from worker.main_worker import KEY_ID, ProjectApi, fresh_keys

TOKEN: Final = "0123456789abcdef"
REVOKED: Final = "fedcba9876543210"
GENUINE: Final = {"A": "value A", "B": "value B"}


@dataclass(frozen=True, slots=True)
class Attacked:
    """A project as the first layout had it, in the KV of the running Worker."""

    api: ProjectApi
    entries: dict[str, OldEntry] = field(default_factory=dict)

    @property
    def old(self) -> OldKv:
        return OldKv(NativeCipher(), Project(self.api.project), self.api.worker.secrets.keys)

    def secret(self, name: str, value: str, version: int = 1) -> OldEntry:
        return asyncio.run(self.old.secret(name, value, version))

    def fill(self) -> None:
        now = time.time_ns() // 1_000_000
        self.entries.update(
            older=self.secret("A", "older A", 1),
            a=self.secret("A", "value A", 2),
            b=self.secret("B", "value B"),
            token=self.old.token(TOKEN, "secret"),
            revoked=self.old.token(REVOKED, "secret", "admin"),
            first=self.old.event(now - 2000, "secret.put", "A"),
            second=self.old.event(now - 1000, "secret.put", "B"),
        )
        for name in ("a", "b", "token", "first", "second"):
            self.write(self.entries[name])

    def write(self, entry: OldEntry, key: str = "") -> None:
        """Under its own key, or under another of the project."""
        full = f"{self.api.project}/{key}" if key else entry.key
        self.api.worker.kv.write(full, entry.text, entry.metadata)

    def delete(self, name: str) -> None:
        self.api.worker.kv.delete(self.entries[name].key)

    def step(self) -> dict[str, Any]:
        answer = self.api.call("POST", "/project/adopt")
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def adopt(self) -> dict[str, Any]:
        found = self.step()
        for _ in range(10):
            if found["state"] == "adopted":
                return found
            found = self.step()
        raise AssertionError("the adoption never ends")

    def tokens(self) -> set[str]:
        return {one["id"] for one in self.api.call("GET", "/tokens").json()["tokens"]}

    def verdicts(self) -> list[str]:
        """Of the events, the oldest first."""
        events = self.api.call("GET", "/audit").json()["events"]
        return [one["integrity"] for one in reversed(events)]


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

    act: Callable[[Attacked], None]
    early: Outcome
    late: Outcome | None = None


def _forge(there: Attacked) -> None:
    keys = fresh_keys(KEY_ID)
    forged = replace(there.old, keys=keys)
    there.write(asyncio.run(forged.secret("A", "forged", 2)))


def _redate(there: Attacked) -> None:
    genuine = there.entries["a"]
    there.write(replace(genuine, metadata={**(genuine.metadata or {}), "updatedAt": 1}))


def _other_project(there: Attacked) -> None:
    other = replace(there.old, project=Project("elsewhere"))
    there.write(asyncio.run(other.secret("C", "of another project")), "secret/C")
    there.write(other.token("1" * 16, "secret"), f"token/{'1' * 16}")


def _raise_role(there: Attacked) -> None:
    genuine = there.entries["token"]
    there.write(replace(genuine, text=genuine.text.replace('"writer"', '"admin"')))


def _change_event(there: Attacked) -> None:
    genuine = there.entries["first"]
    there.write(replace(genuine, text=genuine.text.replace('"A"', '"Z"')))


def _bad_names(there: Attacked) -> None:
    for name in ("a b", "..", "POSITRONIC_X", "N" * 200):
        there.write(there.entries["a"], f"secret/{name}")
    there.write(there.entries["token"], "token/no id")


def _bad_projects(there: Attacked) -> None:
    kv = there.api.worker.kv
    for key in (
        ".projects/",
        ".projects/Not a name",
        ".projects/secret/A",
        f".projects/{'x' * 90}",
    ):
        kv.write(key, "1")


def _plant_events(there: Attacked) -> None:
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
                "N" * 200: "invalid_name",
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
def attacked(api: ProjectApi, other_api: ProjectApi) -> Attacked:
    """A project in KV alone."""
    other_api.put("OTHER", "so that KV's files exist")
    other_api.names()
    found = Attacked(api)
    found.fill()
    return found


def _is(there: Attacked, account: Mapping[str, Any], outcome: Outcome) -> None:
    failed = {one["name"]: one["code"] for one in account.get("failed", [])}
    assert failed == outcome.failed
    assert there.api.kept_values() == outcome.values
    listed = there.api.call("GET", "/secrets").json()["secrets"]
    assert {one["name"] for one in listed} == {*outcome.values}
    for name in ("A", "B", "C"):
        assert there.api.exists(name).json() == {"exists": name in outcome.values}
    assert there.tokens() == outcome.tokens
    assert tuple(there.verdicts()) == outcome.verdicts
    names = {one["name"] for one in there.api.call("GET", "/projects").json()["projects"]}
    assert not {name for name in names if name.startswith((".", "Not", "x", "secret"))}


@pytest.mark.parametrize("what", ATTACKS)
def test_before(attacked: Attacked, what: str) -> None:
    """Before the adoption: refused until it is made, then what SECURITY.md's table says."""
    attack = ATTACKS[what]
    attack.act(attacked)
    refused = attacked.api.put("NEW", "value")
    assert (refused.status_code, refused.json()["code"]) == (503, "adopting")

    _is(attacked, attacked.adopt(), attack.early)


@pytest.mark.parametrize("what", ATTACKS)
def test_during(attacked: Attacked, what: str) -> None:
    """After the first step, which has listed what is to be brought."""
    attack = ATTACKS[what]
    assert attacked.step()["state"] == "adopting"
    attack.act(attacked)
    assert attacked.api.call("GET", "/secrets").json()["code"] == "adopting"

    _is(attacked, attacked.adopt(), attack.late or attack.early)


@pytest.mark.parametrize("what", ATTACKS)
def test_after(attacked: Attacked, what: str) -> None:
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


def test_deleted_events_are_not_known(attacked: Attacked) -> None:
    """An old event that is deleted before is lost; during, it is named."""
    attacked.delete("first")
    attacked.step()
    attacked.delete("second")
    account = attacked.adopt()

    event = f"event {attacked.entries['second'].key.rpartition('/')[2]}"
    _is(attacked, account, Outcome(failed={event: "not_found"}, verdicts=("intact",)))


def test_old_tokens_and_events_leave_kv(attacked: Attacked) -> None:
    """The alarm removes them after the adoption, so that nothing believes them later."""
    attacked.adopt()
    kv, project = attacked.api.worker.kv, attacked.api.project

    wait_until(lambda: not kv.keys(f"{project}/token/"), "the tokens to go")
    wait_until(lambda: not kv.keys(f"{project}/audit/"), "the events to go")
    assert kv.keys(f"{project}/secret/") == {f"{project}/secret/A", f"{project}/secret/B"}


def test_a_token_opens_after_the_adoption(attacked: Attacked) -> None:
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


def test_a_lost_ledger_brings_no_token(attacked: Attacked) -> None:
    """A project that had a ledger gets its secrets back from KV, and no token and no event."""
    attacked.adopt()
    attacked.api.names()
    attacked.api.worker.ledgers.lose(attacked.api.project)
    attacked.write(attacked.entries["token"])
    attacked.write(attacked.entries["first"])
    account = attacked.adopt()

    assert account["afterLoss"] is True
    _is(attacked, account, Outcome(tokens=frozenset(), verdicts=("intact",)))
