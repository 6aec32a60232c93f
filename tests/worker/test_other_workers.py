"""`px dev --with`: the examples beside the project's own Worker, each in real workerd."""

from __future__ import annotations

import hashlib
import hmac
import os
import re
import shutil
import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import httpx
import pytest

from px.local.port import free_port
from px.local.scratch import make_scratch
from px.project.dev_state import process_of
from px.project.dev_vars import read_all
from px.project.local_state import read_local
from px.project.workspace import Workspace
from support.listeners import debuggers, listening_ports
from support.process_memory import held, key_spellings, processes, spellings
from support.px_process import CANARY, PX
from support.source import ROOT
from support.waiting import wait_until
from worker.app_workers import SDK
from worker.local_project import LocalProject, group_with, running

MAINS: Final = {
    "javascript": "src/index.mjs",
    "typescript": "src/index.ts",
    "python": "src/entry.py",
}
EDITS: Final = {
    "typescript": ("sign(key, text) }", "sign(key, text), version: 2 }"),
    "python": ("signature}", 'signature, "version": 2}'),
}
KEY: Final = "a signing key that only the app is given"
PATIENCE: Final = 240.0  # seconds on a busy machine: px dev starts four Workers

# What nobody but px may have.
CREDENTIALS: Final = ("CLOUDFLARE_API_TOKEN", "PX_SPARE_TOKEN", "AWS_SECRET_ACCESS_KEY")


@dataclass(frozen=True, slots=True)
class Beside:
    """The project with its `px dev`, and the folder of the three apps."""

    local: LocalProject
    apps: Path

    def config(self, language: str) -> Path:
        return self.apps / language / "wrangler.jsonc"

    def main(self, language: str) -> Path:
        return self.apps / language / MAINS[language]

    def group(self, language: str) -> int:
        return group_with(f'"config": "{self.config(language)}"')

    def ask(self, language: str) -> dict[str, Any]:
        """The app's answer, at the address that px says."""
        [url] = re.findall(rf"^signer-{language} at (\S+)$", self.local.out.read_text(), re.M)
        answer = httpx.get(url, params={"text": "hello"}, timeout=120, trust_env=False)
        found: dict[str, Any] = answer.json()
        return found

    def answers(self, language: str, expected: object) -> bool:
        """Whether it answers so now; while it restarts, nobody does."""
        try:
            return self.ask(language) == expected
        except (httpx.TransportError, ValueError):
            return False

    def wait_for(self, language: str, answer: object) -> None:
        wait_until(lambda: self.answers(language, answer), f"{language}: {answer}", PATIENCE)

    def told(self, text: str) -> bool:
        return text in self.local.err.read_text()


@pytest.fixture(scope="module")
def beside(project: Workspace, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Beside]:
    folder = tmp_path_factory.mktemp("beside")
    made = make_scratch(project, folder / "secrets")
    for language in MAINS:
        shutil.copytree(ROOT / "examples" / language, folder / language)
    copy_sdk(project, folder / "python")
    local = LocalProject(made, folder / "out", folder / "err")
    configs = [word for one in MAINS for word in ("--with", str(folder / one / "wrangler.jsonc"))]
    command: list[str | Path] = [PX, "dev", "--port", str(free_port()), *configs]
    environment = {"PATH": os.environ["PATH"], **dict.fromkeys(CREDENTIALS, CANARY)}
    with running(command, made.root, environment, local.out, local.err, PATIENCE):
        done = local.px.run("secret", "create", "SIGNING_KEY", "--stdin", stdin=KEY.encode())
        assert done.returncode == 0, done.stderr
        yield Beside(local, folder)


@pytest.fixture(scope="module")
def granted(beside: Beside) -> Beside:
    done = beside.local.px.run("grant", "add", "signer", "--read", "SIGNING_KEY")
    assert done.returncode == 0, done.stderr
    return beside


def copy_sdk(project: Workspace, app: Path) -> None:
    """What pywrangler would put there, and nothing of ours."""
    for path in project.python_modules.iterdir():
        if path.name.startswith(SDK):
            copy: Callable[..., object] = shutil.copytree if path.is_dir() else shutil.copy
            copy(path, _made(app / "python_modules") / path.name)


def _made(folder: Path) -> Path:
    folder.mkdir(exist_ok=True)
    return folder


def signed(text: str = "hello") -> dict[str, str]:
    signature = hmac.new(KEY.encode(), text.encode(), hashlib.sha256)
    return {"text": text, "signature": signature.hexdigest()}


@pytest.mark.parametrize("language", MAINS)
def test_an_app_reads_nothing_that_is_not_granted(beside: Beside, language: str) -> None:
    """What the app logs is shown, with its name."""
    assert beside.ask(language) == {"error": "not_granted"}
    wait_until(lambda: beside.told(f"signer-{language}: SIGNING_KEY: not_granted"), "its log")


@pytest.mark.parametrize("language", MAINS)
def test_an_app_reads_what_is_granted(granted: Beside, language: str) -> None:
    """The example in each language, by the client that is beside it."""
    assert granted.ask(language) == signed()


def test_an_app_has_no_credential_of_px_in_its_environment(beside: Beside) -> None:
    for language in MAINS:
        group = beside.group(language)
        found = [(one / "environ").read_bytes() for one in processes(group)]

        assert found
        assert not any(CANARY.encode() in one for one in found)


def test_the_memory_of_an_app_holds_nothing_of_ours(granted: Beside) -> None:
    """Neither master keys nor the root token or its hash; our own Worker's has what we look for."""
    variables = read_all(granted.local.project)
    known = read_local(granted.local.project.local_json)
    assert known
    wanted = {
        "the master key": key_spellings(variables["MASTER_KEYS"].partition(":")[2]),
        "the token's hash": spellings(variables["ROOT_TOKEN_SHA256"]),
        "the root token": spellings(known.token),
    }
    granted.ask("javascript")
    ours = group_with(str(granted.local.project.own("served")))

    assert {"the master key", "the token's hash"} <= held(ours, wanted)
    assert held(granted.group("javascript"), wanted) == set()


def test_no_port_of_an_app_answers_as_a_debugger(beside: Beside) -> None:
    for language in ("javascript", "python"):
        ports = listening_ports(beside.group(language))
        found = {port: debuggers(port) for port in ports}

        assert ports
        assert not any(found.values()), found


def test_an_app_is_reloaded_when_it_is_saved(granted: Beside) -> None:
    """The project's own Worker runs on."""
    before = group_with(str(granted.local.project.own("served")))
    expected = {**signed(), "version": 2}
    for language, (old, new) in EDITS.items():
        main = granted.main(language)
        main.write_text(main.read_text().replace(old, new))
        granted.wait_for(language, expected)

    assert group_with(str(granted.local.project.own("served"))) == before


def test_an_app_in_python_saved_in_two_halves_is_reloaded(granted: Beside) -> None:
    """An editor empties a file, then writes it: wrangler's own watch would see only the first."""
    main = granted.main("python")
    text = main.read_text().replace('"version": 2', '"version": 3')
    with main.open("w") as file:
        time.sleep(0.03)  # the pause is what is tested
        file.write(text)

    granted.wait_for("python", {**signed(), "version": 3})


def test_code_that_does_not_start_is_told_and_the_next_version_runs(granted: Beside) -> None:
    main = granted.main("python")
    before = main.read_text()
    main.write_text(f"import nowhere\n{before}")
    wait_until(lambda: granted.told("signer-python is stopped; fix it"), "the end", PATIENCE)
    main.write_text(before)

    granted.wait_for("python", {**signed(), "version": 3})
    assert granted.told("No module named 'nowhere'")


def test_other_props_hold_once_they_are_saved(granted: Beside) -> None:
    config = granted.config("javascript")
    config.write_text(config.read_text().replace('"as": "signer"', '"as": "stranger"'))

    granted.wait_for("javascript", {"error": "not_granted"})


def test_nothing_runs_on_when_px_is_killed(beside: Beside) -> None:
    """The last test here: it ends what the others use."""
    groups = [beside.group(language) for language in MAINS]
    groups.append(group_with(str(beside.local.project.own("served"))))
    os.kill(int(process_of(beside.local.project)), signal.SIGKILL)

    wait_until(lambda: not any(list(processes(one)) for one in groups), "the end of all")
