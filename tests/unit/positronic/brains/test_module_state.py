"""What a brain keeps at module level: a value of one run does not get out in another."""

from __future__ import annotations

import asyncio
import io
import json
import re
from base64 import b64encode
from contextlib import redirect_stdout
from typing import Any, Final

import pytest
from pydantic import BaseModel, field_validator

from positronic.brains import BrainSecrets, brain
from positronic.brains import known_values as limits
from positronic.brains.failure import without_values
from positronic.brains.known_values import KnownValues, Read
from positronic.brains.live_redactors import within
from positronic.brains.log_guard import LogGuard
from positronic.brains.run_redactor import RunRedactor
from positronic.brains.strength import is_strong
from support.memory_service import House

State = dict[str, Any]

STRONG: Final = "sk-live-9fQ2xL7vT4bN8cW1zR6kY3mD"
WEAK: Final = "production-database"
ONE: Final = Read("KEY", "1.1")


class Client:
    """As one keeps it at module level, and forgets whose key it has."""

    key = ""


kept = Client()


async def make(state: State, secrets: BrainSecrets) -> State:
    kept.key = await secrets.get("KEY")
    return state


async def use(state: State) -> State:
    said = f"401 for key {kept.key}"
    print(said)  # noqa: T201
    told: State = {
        "said": said,
        "key": kept.key,
        f"k {kept.key}": [kept.key],
        "basic": b64encode(f"user:{kept.key}".encode()).decode(),
        "json": json.dumps({"key": kept.key}),
    }
    if state.get("fail"):
        raise RuntimeError(said)
    return told


MAKES = brain("makes").step("Make", make)
USES = brain("uses").step("Use", use)
OTHERS = brain("others").step("Nothing", lambda state: state)


def house_of(value: str) -> House:
    house = House(brains=[MAKES, USES, OTHERS])
    call(house, "/secrets", {"name": "KEY", "value": value}, project="first")
    return house


def call(house: House, path: str, document: State, project: str) -> Any:  # noqa: ANN401
    answer = house.call("POST", path, document, headers={"x-positronic-project": project})
    assert answer.status == 201, answer.json
    return answer.json


def ran(house: House, title: str, project: str, **state: object) -> str:
    """Everything that is told of a run."""
    sent = {"identifier": title, "initialState": state}
    run_id = call(house, "/brains/runs", sent, project)["brainRunId"]
    headers: dict[str, str | None] = {"x-positronic-project": project}
    paths = (f"/brains/runs/{run_id}", f"/brains/runs/{run_id}/watch")
    return "".join(house.call("GET", path, headers=headers).body.decode() for path in paths)


@pytest.mark.parametrize("fail", [False, True])
def test_a_key_of_one_project_does_not_get_into_another(fail: bool) -> None:
    """A bare marker stands in its place after a hundred other runs; the operator is told once."""
    house = house_of(STRONG)
    with redirect_stdout(LogGuard(log := io.StringIO(), house.service.runtime.known_values)):
        ran(house, "makes", "first")
        for _ in range(100):
            ran(house, "others", "third")
        found = ran(house, "uses", "second", fail=fail)

    assert "[secret]" in found
    assert "[secret:KEY]" not in found
    assert STRONG not in found + log.getvalue()
    assert b64encode(STRONG.encode()).decode()[4:-4] not in found
    reports = [line for line in house.reported if "another project" in line]
    assert len(reports) == 1
    assert re.match(r"run [0-9a-f]{32} of 'uses': ", reports[0])
    assert "KEY" not in reports[0] + "first"


def test_a_key_of_the_same_project_is_named() -> None:
    """Another run of the project read it; nobody else is told."""
    house = house_of(STRONG)
    ran(house, "makes", "first")
    found = ran(house, "uses", "first")

    assert "[secret:KEY]" in found
    assert STRONG not in found
    assert house.reported == []


@pytest.mark.parametrize("project", ["first", "second"])
@pytest.mark.parametrize("value", [WEAK, "123456", "hunter2-hunter2-hunter2-hunter2"])
def test_a_weak_value_is_not_found_by_sending_guesses(value: str, project: str) -> None:
    """Nobody learns by a marker that he guessed right: not of another project, nor of his own."""
    house = house_of(value)
    ran(house, "makes", "first")
    found = ran(house, "others", project, guesses=["wrong", value])

    assert json.dumps(value) in found
    assert "[secret" not in found


@pytest.mark.parametrize("project", ["first", "second"])
def test_no_part_of_a_strong_value_is_found(project: str) -> None:
    """All but one character of it, at either end, show nothing; in an error neither."""
    house = house_of(STRONG)
    ran(house, "makes", "first")
    guesses = [STRONG[:-1], STRONG[1:], STRONG[:24], STRONG[-24:], STRONG[:20] + "x" + STRONG[21:]]
    found = ran(house, "others", project, guesses=guesses)

    assert "[secret" not in found
    assert all(guess in found for guess in guesses)


def test_the_log_holds_nothing_that_was_read_long_ago() -> None:
    """Strong or weak, between runs, by a task that outlived its run, and within another run."""
    here, out = KnownValues(), io.StringIO()
    for value in (STRONG, WEAK):
        RunRedactor(here, "first").learn(_info(), value)  # that run is gone
    for number in range(100):
        RunRedactor(here, "third").learn(_info(), f"value {number} of others")
    guard = LogGuard(out, here)
    guard.write(f"between {STRONG} and {WEAK}\n")
    with within(RunRedactor(here, "second")):
        guard.write(f"within {STRONG} and {WEAK}\n")

    assert out.getvalue() == (
        "between [secret:KEY] and [secret:KEY]\nwithin [secret:KEY] and [secret:KEY]\n"
    )


def test_a_strong_value_goes_from_the_log_after_hundreds_of_others() -> None:
    """When too many were read to know them all by name, without a name."""
    here, out = KnownValues(), io.StringIO()
    here.learn("first", ONE, STRONG)
    for number in range(3 * limits.MAX_LOGGED):
        here.learn("first", ONE, f"value {number} of others")
    LogGuard(out, here).write(f"late {STRONG}\n")

    assert out.getvalue() == "late [secret]\n"


STRENGTH: Final = {
    True: [
        *(STRONG, "9f8e7d6c5b4a39281706f5e4", "3f2b8c1d-9a7e-4f60-b1c2-d3e4f5a6b7c8"),
        "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
        "postgres://app:q8Zr2Lw9Xk4Tn7Vb3Ym6Pd1@db.example/app",
        f'{{"type": "service_account", "private_key_id": "1", "private_key": "{STRONG}"}}',
        f"DefaultEndpointsProtocol=https;AccountName=shop;AccountKey={STRONG};EndpointSuffix=a.example",
        "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7\n",
    ],
    False: [
        *("", "production", "123456", "short-9fQ2xL7vT4bN8cW1z", "a" * 100, "a1" * 100),
        *("correct horse battery staple and more", "password1password1password1password1"),
        *("postgres://postgres:postgres@localhost:5432/postgres", "Winter2024-Production-Database"),
        *("1234567890123456789012345678901234567890", "MyProductionDatabasePasswordIsLong"),
        # Whoever knows the host can guess at the password.
        "postgres://app:hunter2@3f2b8c1e9d7a4b6c8e0f1a2b3c4d5e6f.pg.example:5432/app",
        "postgres://postgres.abcdefghij1234klmno:hunter2@aws-0-eu-1.pooler.example:6543/postgres",
        "postgres://u:secret@ec2-54-221-220-59.compute-1.example:5432/d3k4j5h6k7l8m9",
        '{"account_id": "3f2b8c1e9d7a4b6c8e0f1a2b3c4d5e6f", "pin": "1234"}',
        "Server=3f2b8c1e9d7a4b6c8e0f1a2b.db.example;Database=db;User ID=sa;Password=Passw0rd1;",
        "[" * 5_000,
    ],
}


@pytest.mark.parametrize(("strong", "value"), [(k, v) for k in STRENGTH for v in STRENGTH[k]])
def test_what_counts_as_strong(strong: bool, value: str) -> None:
    """At least 24 characters, worth 56 bits, 10 of them together; no words, names, numbers."""
    assert is_strong(value) is strong


def test_what_is_known_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """By number and by characters: the oldest that no run has read since is forgotten."""
    monkeypatch.setattr(limits, "MAX_VALUES", 3)
    here = KnownValues()
    values = [f"{STRONG}{number}" for number in range(5)]
    for value in (*values[:3], values[0], *values[3:]):
        here.learn("first", ONE, value)
    known = [value for value in values if here.within([value], "second").foreign]
    monkeypatch.setattr(limits, "MAX_CHARACTERS", 100)
    here.learn("first", ONE, "x9" * 20 + STRONG)
    later = [value for value in values if here.within([f" {value} "], "second").foreign]

    assert known == [values[0], *values[3:]]
    assert later == []


@pytest.mark.parametrize("before", range(30))
def test_it_is_found_wherever_it_stands(before: int) -> None:
    """At every offset, in base64 at each alignment too, and beside another that begins alike."""
    here = KnownValues()
    value, other = STRONG, STRONG[:-1] + "E"
    for one in (value, other):
        here.learn("first", ONE, one)
    data = ("#" * before + value + "?").encode()

    assert here.within(["#" * before + value], "second").foreign == [value]
    assert value in here.within([b64encode(data).decode()], "second").foreign
    assert here.within(["#" * before + other, value], "first").foreign == []


def test_two_runs_at_once_keep_apart() -> None:
    """Each of two projects' runs has its own value under its name, and the other's under none."""
    here = KnownValues()
    mine, other = RunRedactor(here, "first"), RunRedactor(here, "second")
    mine.learn(_info(), STRONG)
    other.learn(_info(), STRONG[::-1])

    assert mine.document({"a": [STRONG, STRONG[::-1]]}) == {"a": ["[secret:KEY]", "[secret]"]}
    assert other.message(f"{STRONG} {STRONG[::-1]}") == "[secret] [secret:KEY]"
    assert (mine.met_foreign, other.met_foreign) == (True, True)


def _info() -> Any:  # noqa: ANN401 - a SecretInfo
    from positronic.names import parse_name
    from positronic.ports import SecretInfo

    return SecretInfo(parse_name("KEY"), 1, 1, 1)


class Checked(BaseModel):
    """Options whose check tells what the module keeps."""

    name: str

    @field_validator("name")
    @classmethod
    def _check(cls, name: str) -> str:
        raise ValueError(f"{name} is not known to {kept.key}")


def test_what_options_are_refused_for_holds_no_key() -> None:
    """The answer to whoever asked for the run passes the same."""
    house = House(brains=[MAKES, brain("checks").with_options(Checked).step("No", use)])
    call(house, "/secrets", {"name": "KEY", "value": STRONG}, project="first")
    ran(house, "makes", "first")
    answer = house.call(
        "POST", "/brains/runs", {"identifier": "checks", "options": {"name": "x"}}
    ).json

    assert answer["error"] == "the option name: value error, x is not known to [secret]"


def test_a_cancellation_takes_no_value_of_another_run_along() -> None:
    """Also in a run that has read nothing itself."""
    here = KnownValues()
    here.learn("first", ONE, STRONG)
    error = asyncio.CancelledError(f"gave up on {STRONG}")

    assert STRONG not in str(without_values(error, RunRedactor(here, "second")))
