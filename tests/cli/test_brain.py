"""`px brain list | show | run | status | rerun`."""

from __future__ import annotations

import io
import json
import re
from dataclasses import replace
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest

from px.testing.dev_server import TestDevServer
from px.testing.faults import refusal
from support.elapsed import ELAPSED
from support.px_in_process import PxInProcess
from support.px_process import CANARY

RUN_ID = re.compile(r"[0-9a-f]{32}\n")


@pytest.fixture
def server(with_brains: TestDevServer) -> TestDevServer:
    """As new for each test, with one secret."""
    with_brains.reset()
    with_brains.seed({"API_KEY": CANARY})
    return with_brains


@pytest.fixture
def here(
    server: TestDevServer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> PxInProcess:
    """stdin is empty."""
    stdin(monkeypatch, b"")
    return PxInProcess(tmp_path, server.environment, capsys, monkeypatch)


def stdin(monkeypatch: pytest.MonkeyPatch, data: bytes) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(data)))


def events(done: CompletedProcess[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in done.stdout.splitlines()]


def status(here: PxInProcess, run: str) -> dict[str, Any]:
    """As `--json` has it."""
    found: dict[str, Any] = json.loads(here.run("brain", "status", run, "--json").stdout)
    return found


def ended(here: PxInProcess, *words: str) -> dict[str, Any]:
    """The status of a run that was started so, once it has ended."""
    run = here.run("brain", "run", *words).stdout.strip()
    here.run("brain", "watch", run)
    return status(here, run)


def test_a_run_starts_and_its_id_is_all_that_stdout_has(here: PxInProcess) -> None:
    """So that a script can keep it; where it runs is talk."""
    done = here.run("brain", "run", "using")

    assert done.returncode == 0
    assert re.fullmatch(r"It runs at http://\S+, its default project\n", done.stderr)
    assert RUN_ID.fullmatch(done.stdout)


def test_a_start_as_json_is_the_contracts(here: PxInProcess) -> None:
    """One document, which says where the run is too."""
    found = json.loads(here.run("brain", "run", "using", "--json").stdout)

    assert list(found) == ["brainRunId", "server", "environment", "project"]


def test_options_and_state_arrive(here: PxInProcess) -> None:
    """Options are text, and take the brain's types; the state is what stands on stdin."""
    words = ("using", "-o", "count=2", "-o", "word=a=b", "--state-json", "-")
    stdin(here.patch, '{"kept": "\u00fc"}'.encode())

    found = ended(here, *words)

    assert found["state"] == {"kept": "\u00fc", "said": ["a=b"] * 2, "leak": "[secret:API_KEY]"}


def test_a_run_can_end_early(here: PxInProcess) -> None:
    """--end-after counts steps."""
    found = ended(here, "using", "--end-after", "1")

    assert [step["status"] for step in found["steps"]] == ["complete", "pending"]
    assert found["status"] == "complete"


def test_a_watched_run_is_told_to_its_end(here: PxInProcess) -> None:
    """The id is talk, the events are data."""
    done = here.run("brain", "run", "using", "--watch")

    assert done.returncode == 0
    where = r"http://\S+, its default project"
    assert re.fullmatch(
        rf"Run [0-9a-f]{{32}} at {where}\nRun completed successfully!\n", done.stderr
    )
    assert done.stdout.splitlines()[0] == "brain:start\tusing"
    ended, state = done.stdout.splitlines()[-2:]
    assert re.fullmatch(rf"brain:complete\tusing\t{ELAPSED}", ended)
    assert state == 'state\t{"said": [""], "leak": "[secret:API_KEY]"}'


def test_a_failed_run_is_1_and_shows_no_value(here: PxInProcess) -> None:
    """Neither px's error nor any event holds what the brain put there."""
    done = here.run("brain", "run", "failing", "--watch", "--json")

    assert (done.returncode, json.loads(done.stderr)["code"]) == (1, "run_failed")
    assert "cannot go on with [secret:API_KEY]" in json.loads(done.stderr)["error"]
    assert CANARY not in done.stdout + done.stderr


def test_a_rerun_takes_over_what_was_done(here: PxInProcess) -> None:
    """The steps before --from are told as taken over, and are not run again."""
    run = here.run("brain", "run", "failing").stdout.strip()
    here.run("brain", "watch", run)

    again = here.run("brain", "rerun", run, "--from", "2", "--watch", "--json")

    told = {
        event["stepTitle"]: event for event in events(again) if event["type"] == "step:complete"
    }
    assert (again.returncode, told["Use"]["takenOver"]) == (1, True)
    assert status(here, told["Use"]["brainRunId"])["rerunOf"] == run


def test_a_rerun_can_stop(here: PxInProcess) -> None:
    """--stop-after is the last step that is run."""
    run = here.run("brain", "run", "failing").stdout.strip()
    here.run("brain", "watch", run)

    again = here.run("brain", "rerun", run, "--from", "1", "--stop-after", "1", "--watch")

    assert (again.returncode, "Fail" in again.stdout) == (0, False)
    assert re.search(rf"brain:complete\tfailing\tended after step 1, {ELAPSED}\n", again.stdout)
    assert again.stdout.splitlines()[-1].startswith("state\t{")
    assert again.stderr.endswith("\nRun ended after step 1.\n")


@pytest.mark.parametrize("step", ["3", "9"])
def test_a_rerun_goes_on_where_the_run_came_to(here: PxInProcess, step: str) -> None:
    """A step before which others are missing is refused, and nothing starts."""
    run = here.run("brain", "run", "failing").stdout.strip()
    here.run("brain", "watch", run)

    done = here.run("brain", "rerun", run, "--from", step)

    assert (done.returncode, done.stdout, done.stderr.count("error: ")) == (1, "", 1)


def test_status_is_a_line_for_each_thing(here: PxInProcess) -> None:
    """A tab after the word; the exit code says only that there is such a run."""
    run = here.run("brain", "run", "failing", "-o", "word=hi").stdout.strip()
    here.run("brain", "watch", run)

    done = here.run("brain", "status", run)

    lines = [line.split("\t") for line in done.stdout.splitlines()]
    assert done.returncode == 0
    assert [line[0] for line in lines] == [
        *("run", "brain", "status", "created", "completed", "error", "where", "source"),
        *("step 1", "step 2", "state"),
    ]
    assert re.fullmatch(r"brains\.py, line \d+", lines[6][1])
    assert lines[7] == ["source", "raise RuntimeError(f\"cannot go on with {state['leak']}\")"]
    assert lines[2:3] + lines[8:] == [
        ["status", "error"],
        ["step 1", "complete", "Use"],
        ["step 2", "error", "Fail"],
        ["state", '{"said": ["hi"], "leak": "[secret:API_KEY]"}'],
    ]


def test_brains_are_listed(here: PxInProcess) -> None:
    """Title, number of steps, description; as JSON the contract's document."""
    piped = here.run("brain", "list")
    document = json.loads(here.run("brain", "list", "--json").stdout)

    assert piped.stdout == ("a brain/with \u00fc\t1\t\nfailing\t2\t\nusing\t2\tUses a secret.\n")
    assert (document["count"], document["brains"][2]["title"]) == (3, "using")


def test_no_brain_is_a_tip(here: PxInProcess) -> None:
    """An empty list says how to get a first one."""
    with TestDevServer() as empty:
        done = replace(here, environment=empty.environment).run("brain", "list")

    assert (done.returncode, done.stdout) == (0, "")
    assert "worker/brains/" in done.stderr


def test_a_brain_is_shown(here: PxInProcess) -> None:
    """Whatever its title is made of; an inner brain's steps stand under its step."""
    done = here.run("brain", "show", "a brain/with \u00fc")
    document = json.loads(here.run("brain", "show", "a brain/with \u00fc", "--json").stdout)

    assert done.stdout == "1\tbrain\tCall\n1.1\tstep\tDeep\n"
    assert document["steps"][0]["innerBrain"]["title"] == "inner"


@pytest.mark.parametrize(
    "words", [["show", "none"], ["run", "none", "--watch"], ["run", "no/ne?#"]]
)
def test_an_unknown_brain_is_1(here: PxInProcess, words: list[str]) -> None:
    """One sentence, and where to look."""
    done = here.run("brain", *words)

    assert (done.returncode, done.stdout, done.stderr) == (
        *(1, ""),
        "error: there is no brain with this title\nhint: `px brain list` lists the brains\n",
    )


@pytest.mark.parametrize("words", [["watch"], ["status"], ["rerun", "--from", "1"]])
def test_an_unknown_run_is_1(here: PxInProcess, words: list[str]) -> None:
    """One sentence, and where ids come from."""
    done = here.run("brain", *words, "0" * 32)

    assert (done.returncode, done.stdout, done.stderr) == (
        *(1, ""),
        "error: there is no run with this id\n"
        "hint: `px brain runs` lists the project's runs with their ids\n",
    )


def test_a_wrong_option_is_1_and_starts_nothing(here: PxInProcess) -> None:
    """The server names the option, and nobody its value."""
    done = here.run("brain", "run", "using", "-o", f"count={CANARY}")

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("error: the option count: ")
    assert CANARY not in done.stderr


@pytest.mark.parametrize("words", [["list"], ["show", "using"], ["run", "using"]])
def test_a_wrong_token_is_4(here: PxInProcess, words: list[str]) -> None:
    """As everywhere."""
    stranger = replace(here, environment={**here.environment, "PX_TOKEN": "wrong"})

    done = stranger.run("brain", *words)

    assert (done.returncode, done.stdout) == (4, "")
    assert "hint: `px doctor` shows which token" in done.stderr


def test_a_missing_secret_is_asked_for(here: PxInProcess, server: TestDevServer) -> None:
    """What a run failed for comes before how it goes on."""
    server.reset()

    done = here.run("brain", "run", "using", "--watch")

    assert done.returncode == 1
    assert (
        "hint: create it with `px secret create API_KEY`; then continue from there" in done.stderr
    )


def test_a_run_that_goes_on_is_not_run_again(here: PxInProcess, server: TestDevServer) -> None:
    """px says how to wait for its end."""
    run = here.run("brain", "run", "using").stdout.strip()
    server.fail_next(refusal(409, "conflict"))

    done = here.run("brain", "rerun", run, "--from", "1")

    assert (done.returncode, done.stdout) == (1, "")
    assert "hint: `px brain watch RUN` waits until it ends" in done.stderr


def test_a_start_is_asked_for_once(here: PxInProcess, server: TestDevServer) -> None:
    """A second attempt would start a second run: px says what is uncertain."""
    server.fail_next(refusal(502, "store_failed"))

    done = here.run("brain", "run", "using")

    assert (done.returncode, len(server.calls)) == (5, 1)
    assert "; the run may have started\nhint: check with `px brain runs`; starting" in done.stderr


def test_what_reads_is_asked_again(here: PxInProcess, server: TestDevServer) -> None:
    """As elsewhere: 502 and 503 pass."""
    server.fail_next(refusal(503, "store_failed"))

    assert here.run("brain", "list").returncode == 0


@pytest.mark.parametrize(
    "words",
    [
        ["run", ""],
        ["run", "example", "-o", CANARY],
        ["run", "example", "-o", f"={CANARY}"],
        ["run", "example", "-o", "a=1", "-o", f"a={CANARY}"],
        ["run", "example", "--state-json", CANARY],
        ["run", "example", "--state-json", f'["{CANARY}"]'],
        ["run", "example", "--state-json", f"@{CANARY}"],
        ["run", "example", "--state-json", "-"],
        ["run", "example", "--end-after", "0"],
        ["run", "example", CANARY],
        ["show", ""],
        ["watch", f"../{CANARY}"],
        ["status", f"a b {CANARY}"],
        ["rerun", "run-1"],
        ["rerun", "run-1", "--from", "0"],
        ["rerun", "run-1", "--from", CANARY],
        ["rerun", "run-1", "--from", "3", "--stop-after", "2"],
        ["rerun", f"/{CANARY}", "--from", "1"],
    ],
)
def test_what_cannot_be_asked_is_usage(
    here: PxInProcess, server: TestDevServer, words: list[str]
) -> None:
    """Exit code 2, nothing sent, and nothing repeated: it may be a secret in the wrong place."""
    done = here.run("brain", *words)

    assert (done.returncode, done.stdout, server.calls) == (2, "", [])
    assert CANARY not in done.stderr
    assert done.stderr.startswith("error: ")


def test_an_expired_secret_is_a_warning(here: PxInProcess) -> None:
    """The run completes, and px says which secret had expired, and when."""
    here.run("secret", "policy", "API_KEY", "--expires", "2001-02-03")
    done = here.run("brain", "run", "using", "--watch")

    assert done.returncode == 0
    assert (
        "warning: the run read secrets that have expired: API_KEY (2001-02-03 00:00 UTC)\n"
        in done.stderr
    )


def test_an_expired_secret_that_is_refused(here: PxInProcess) -> None:
    """The run fails with its name, and the hint moves the date."""
    here.run("secret", "policy", "API_KEY", "--expires", "2001-02-03", "--enforce")
    done = here.run("brain", "run", "using", "--watch")

    assert done.returncode == 1
    assert "SecretExpired: the secret API_KEY expired at 2001-02-03T00:00:00.000Z" in done.stderr
    assert "hint: move its date with `px secret policy API_KEY --expires TIME`" in done.stderr
