"""`px brain` on the real Worker: the seed's example, a careless service, a Worker that dies."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from demo.service import Service

from px.project.workspace import Workspace
from support.elapsed import ELAPSED
from support.px_process import Px
from support.source import EXAMPLE
from worker.canaries import fresh_canary, leaks
from worker.kv_files import files_below
from worker.own_brains import BrainWorker, run_brains

KEY = fresh_canary()

# As the issue has it, but for the two imports that it leaves out.
SEEDS_EXAMPLE = '''\
"""The seed's example."""

from positronic import brain

from brains._seed import make_client


@brain("example").step("UseSecret")          # or brain("example").step("UseSecret", use_secret)
async def use_secret(state, secrets):
    client = make_client(await secrets.get("ANTHROPIC_API_KEY"))
    return {**state, "answer": await client.ask(state["question"])}
'''
SEED = '''\
"""What the seed's example leaves to its reader."""

import json

from workers import fetch


class Client:
    def __init__(self, key):
        self.key = key

    async def ask(self, question):
        url, _, text = question.partition(" ")
        answer = await fetch(url, method="POST", body=text, headers={"x-api-key": self.key})
        return json.loads(await answer.text())


make_client = Client
'''
SLOW = '''\
"""Its second step does not end until there is a secret GATE; an outer and an inner brain."""

import asyncio

from positronic import brain


async def wait(state, secrets):
    key = await secrets.get("ANTHROPIC_API_KEY")
    if not await secrets.exists("GATE"):
        await asyncio.sleep(600)
    return {**state, "second": key}


slow = (
    brain("slow")
    .step("First", lambda state: {"first": "done"})
    .step("Wait", wait)
)
inner = brain("inner").step("Deep", lambda state, run_id: {"run": run_id})
nested = brain("nested").brain("Call", inner, lambda state, found: {**state, **found})
'''


@pytest.fixture(scope="module")
def brains(project: Workspace, tmp_path_factory: pytest.TempPathFactory) -> Iterator[BrainWorker]:
    """The Worker with the seed's example, a slow brain, a nested one, and the example."""
    example = (EXAMPLE / "example.py").read_text()
    files = {
        "example.py": SEEDS_EXAMPLE,
        "_seed.py": SEED,
        "slow.py": SLOW,
        **{name: (EXAMPLE / name).read_text() for name in ("_client.py", "_http.py")},
        "signed.py": example.replace('"title": "example"', '"title": "signed"'),
    }
    with run_brains(project, tmp_path_factory.mktemp("brains"), files) as running:
        yield running


@pytest.fixture(scope="module")
def said() -> list[str]:
    """All that px said in this module."""
    return []


class Speaking:
    """px, whose every word is kept."""

    def __init__(self, px: Px, said: list[str]) -> None:
        self._px = px
        self._said = said

    def run(
        self, *words: str, stdin: bytes = b"", environment: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        done = self._px.run(*words, stdin=stdin, environment=environment)
        self._said += [done.stdout, done.stderr]
        return done


@pytest.fixture
def px(brains: BrainWorker, said: list[str]) -> Speaking:
    return Speaking(brains.px, said)


@pytest.fixture(autouse=True, scope="module")
def _key(brains: BrainWorker) -> None:
    made = brains.px.run("secret", "create", "ANTHROPIC_API_KEY", "--stdin", stdin=KEY.encode())
    assert made.returncode == 0, made.stderr


@pytest.fixture
def service() -> Iterator[Service]:
    with Service(KEY) as running:
        yield running


def events(done: subprocess.CompletedProcess[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_the_seeds_example(px: Speaking, service: Service) -> None:
    """px brain run example --watch: the service on loopback receives the right key."""
    state = json.dumps({"question": f"{service.url} why?"})

    done = px.run("brain", "run", "example", "--watch", "--state-json", state)

    assert (done.returncode, done.stderr.splitlines()[-1]) == (0, "Run completed successfully!")
    ended, state = done.stdout.splitlines()[-2:]
    assert re.fullmatch(rf"brain:complete\texample\t{ELAPSED}", ended)
    assert state.startswith('state\t{"question": "http://')
    [request] = service.received
    assert (request.body, request.headers["x-api-key"]) == ("why?", KEY)


def test_what_the_service_repeats_is_taken_out(px: Speaking, service: Service) -> None:
    """A careless answer becomes the state, without the key."""
    service.is_careless = True
    state = json.dumps({"question": f"{service.url} why?"})

    run = px.run("brain", "run", "example", "--state-json", state).stdout.strip()
    watched = px.run("brain", "watch", run, "--json")
    status = json.loads(px.run("brain", "status", run, "--json").stdout)

    assert events(watched)[-1]["type"] == "brain:complete"
    assert status["state"]["answer"] == {"error": "no answer under key [secret:ANTHROPIC_API_KEY]"}


def test_the_projects_example_signs(px: Speaking, service: Service) -> None:
    """The key stays in the Worker: the service gets a signature by it."""
    done = px.run("brain", "run", "signed", "--watch", "--json", "-o", f"url={service.url}")

    [request] = service.received
    assert (done.returncode, request.is_signed) == (0, True)
    assert KEY not in repr(request)
    assert [event["type"] for event in events(done)][::3] == [
        *("brain:start", "step:status", "step:start", "step:status")
    ]


def test_a_failed_run_is_rerun_from_its_step(px: Speaking, service: Service) -> None:
    """Exit code 1 and the reason; the rerun takes over what was done and completes."""
    service.is_careless = True
    words = ("brain", "run", "signed", "-o", f"url={service.url}", "--state-json", "-")
    run = px.run(*words, stdin=b'{"question": "why?"}').stdout.strip()
    failed = px.run("brain", "watch", run)
    service.is_careless = False

    again = px.run("brain", "rerun", run, "--from", "2", "--watch", "--json")
    early = px.run("brain", "rerun", run, "--from", "1", "--stop-after", "1", "--watch")

    assert failed.returncode == 1
    assert f"hint: continue from there with `px brain rerun {run} --from 2`" in failed.stderr
    assert again.returncode == 0
    types = [event["type"] for event in events(again) if event["type"] != "step:status"]
    assert types == [
        *("brain:start", "step:complete", "step:start", "step:complete", "brain:complete")
    ]
    assert [json.loads(one.body) for one in service.received] == [{"question": "why?"}] * 2
    assert (early.returncode, len(service.received)) == (0, 2)


def test_brains_are_listed_and_shown(px: Speaking) -> None:
    """By title; an inner brain's steps under its step."""
    listed = px.run("brain", "list").stdout
    shown = px.run("brain", "show", "nested")

    found = [line.split("\t")[:2] for line in listed.splitlines()]
    assert found == sorted(found)
    for ours in (["example", "1"], ["inner", "1"], ["nested", "1"], ["signed", "2"], ["slow", "2"]):
        assert ours in found  # beside whatever brains the project has
    assert shown.stdout == "1\tbrain\tCall\n1.1\tstep\tDeep\n"


def test_an_inner_brain_is_told_in_its_step(px: Speaking) -> None:
    """Its place is below the outer brain's."""
    done = px.run("brain", "run", "nested", "--watch")

    assert "step:complete\tnested > inner > Deep\t" in done.stdout
    assert done.returncode == 0


@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        (["show", "unknown"], 1, "there is no brain with this title"),
        (["run", "unknown", "--watch"], 1, "there is no brain with this title"),
        (["run", "un/known?#%"], 1, "there is no brain with this title"),
        (["watch", "0" * 32], 1, "there is no run with this id"),
        (["status", "unknown"], 1, "there is no run with this id"),
        (["rerun", "0" * 32, "--from", "1"], 1, "there is no run with this id"),
        (["run", "signed"], 1, "the option url: field required"),
        (["run", "nested", "-o", "url=x"], 1, "this brain takes no options"),
    ],
)
def test_what_the_server_refuses(px: Speaking, words: list[str], code: int, sentence: str) -> None:
    """One sentence, and the exit code of a no."""
    done = px.run("brain", *words)

    assert (done.returncode, done.stdout) == (code, "")
    assert done.stderr.startswith(f"error: {sentence}")


def test_who_may_run_brains(px: Speaking) -> None:
    """A wrong token and a reader's are 4."""
    made = px.run("token", "create", "ci", "--role", "reader").stdout.strip()

    for token, words in ((made, ["run", "nested"]), ("wrong", ["list"]), ("wrong", ["watch", "0"])):
        done = px.run("brain", *words, environment={"PX_TOKEN": token})

        assert (done.returncode, done.stdout) == (4, "")


def watch_slow(px: Px, *words: str) -> tuple[str, subprocess.Popen[str]]:
    """A run in its second step, and px that watches it."""
    run = px.run("brain", "run", "slow").stdout.strip()
    watching = px.start("brain", "watch", run, *words)
    assert watching.stdout
    lines = iter(watching.stdout.readline, "")
    assert any(line == "step:start\tslow > Wait\n" for line in lines)
    return run, watching


def test_a_worker_that_starts_again(brains: BrainWorker, px: Speaking) -> None:
    """The watch outlives it, says that the run was interrupted, and a rerun completes it."""
    run, watching = watch_slow(brains.px, "--timeout", "60")

    brains.worker.kill()
    brains.worker.start()
    out, err = watching.communicate(timeout=60)
    px.run("secret", "create", "GATE", "--stdin", stdin=b"open for all")
    again = px.run("brain", "rerun", run, "--from", "2", "--watch")
    px.run("secret", "delete", "GATE", "--yes")

    assert (watching.returncode, out) == (1, "brain:interrupted\tslow > Wait\n")
    assert err.startswith("error: the run was interrupted on the server\n")
    assert f"px brain rerun {run} --from 2" in err
    assert again.returncode == 0
    assert [line.split("\t")[:2] for line in again.stdout.splitlines()] == [
        *(["brain:start", "slow"], ["step:complete", "slow > First"]),
        *(["step:start", "slow > Wait"], ["step:complete", "slow > Wait"]),
        ["brain:complete", "slow"],
        ["state", '{"first": "done", "second": "[secret:ANTHROPIC_API_KEY]"}'],
    ]
    assert "slow > First\ttaken over\n" in again.stdout


def test_a_worker_that_stays_away(brains: BrainWorker) -> None:
    """3 when its time is over, with the way back to the run."""
    run, watching = watch_slow(brains.px, "--timeout", "1")

    brains.worker.kill()
    out, err = watching.communicate(timeout=60)

    assert (watching.returncode, out) == (3, "")
    assert f"watch it again with `px brain watch {run}`" in err


def test_no_word_holds_the_key(brains: BrainWorker, said: list[str]) -> None:
    """Nothing that px said, nor the Worker's log, nor its files: the runs' events lie there."""
    files = files_below(brains.folder)
    places = {**files, "said": "".join(said).encode()}

    assert leaks(places, {"the key": KEY}) == []
    assert len(said) > 40
    assert any(b"secret:ANTHROPIC_API_KEY" in data for data in files.values())
