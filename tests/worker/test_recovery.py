"""A Worker that was deleted comes back with its key, and what lies in KV opens again."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from px.project.workspace import Workspace
from support.cloudflare import Fault
from support.schemas import conforms
from worker.deploying import PASSPHRASE, WORKER, Deploying, deploying

VALUE = "canary-value-" + secrets.token_hex(12)
Done = CompletedProcess[str]


@dataclass
class Story:
    """A Worker with a secret is lost; the file stays. What each command said on the way back."""

    world: Deploying
    file: Path
    said: dict[str, Done]
    key: str

    def text(self) -> str:
        return "".join(one.stdout + one.stderr for one in self.said.values())


@pytest.fixture(scope="module")
def story(project: Workspace, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    folder = tmp_path_factory.mktemp("recovery")
    with deploying(project, folder) as world:
        said = {"first": world.deploy("--no-checks")}
        said["create"] = world.px.run(
            "secret", "create", "API_KEY", "--stdin", stdin=VALUE.encode()
        )
        told = Story(world, folder / "kept.json", said, world.worker.secrets["MASTER_KEYS"])
        world.recovery_file.rename(told.file)
        said["while it lives"] = recover(told)
        _lose(world)
        said["deploy without key"] = world.deploy("--no-checks")
        said["wrong passphrase"] = recover(told, passphrase="correct horse battery stapl")
        world.cloudflare.faults.append(Fault(lambda asked: asked.method == "PATCH"))
        said["no answer"] = recover(told)
        world.cloudflare.faults.clear()
        said["recover"] = recover(told, "--json")
        said["deploy"] = world.deploy("--no-checks", "--json")
        said["exists"] = world.px.run("secret", "exists", "API_KEY")
        yield told


def recover(told: Story, *options: str, passphrase: str = PASSPHRASE) -> Done:
    words = ("--passphrase-stdin", *options)
    return told.world.px.run("key", "recover", told.file, *words, stdin=passphrase.encode())


def _lose(world: Deploying) -> None:
    """Somebody deletes the Worker; its namespace with the records stays, and so does our file."""
    (namespace,) = world.account.namespaces
    world.account.keys[namespace] = ["default/secret/API_KEY"]
    del world.account.workers[WORKER]


def test_the_secrets_open_again(story: Story) -> None:
    """After one `px key recover` and one `px deploy`, in the namespace of before."""
    codes = {name: done.returncode for name, done in story.said.items()}

    assert codes["recover"] == codes["deploy"] == 0, story.text()
    assert story.said["exists"].stdout == "true\n"
    assert story.world.worker.secrets["MASTER_KEYS"] == story.key
    assert len(story.world.account.namespaces) == 1


def test_a_deploy_without_the_key_makes_no_other(story: Story) -> None:
    """It would have locked the records away."""
    done = story.said["deploy without key"]

    assert (done.returncode, "records of an earlier Worker" in done.stderr) == (1, True)


def test_the_deploy_makes_a_token_and_no_key(story: Story) -> None:
    """The old token's hash went with the Worker."""
    found = json.loads(story.said["deploy"].stdout)

    conforms("deploy", found)
    assert (found["masterKeyMade"], found["rootTokenMade"], found["keyId"]) == (False, True, None)


def test_a_wrong_passphrase_changes_nothing(story: Story) -> None:
    """One sentence, exit code 1."""
    done = story.said["wrong passphrase"]

    assert done.returncode == 1
    assert done.stderr == (
        "error: the recovery file cannot be opened: "
        "the passphrase is wrong, or the file was changed\n"
    )


def test_a_failure_of_cloudflare_leaves_a_doubt(story: Story) -> None:
    """The key may be there: px says so."""
    done = story.said["no answer"]

    assert (done.returncode, "; the key may have been restored" in done.stderr) == (5, True)


def test_a_key_that_is_there_is_not_dropped_unasked(story: Story) -> None:
    """Cloudflare would not give it back: --replace says that it may go."""
    done = story.said["while it lives"]

    assert done.returncode == 1
    assert "the Worker already has a master key, which Cloudflare never shows" in done.stderr
    assert "--replace" in done.stderr


def test_the_key_is_never_shown(story: Story) -> None:
    """Only its id."""
    key_id, _, key = story.key.partition(":")
    found = json.loads(story.said["recover"].stdout)

    conforms("key recover", found)
    assert found == {
        "key": key_id,
        "worker": WORKER,
        "local": False,
    }
    assert key not in story.text()
    assert PASSPHRASE not in story.text()


def test_another_workers_key_is_not_taken(story: Story, tmp_path: Path) -> None:
    """The file says whose it is, before anybody is asked."""
    found = json.loads(story.file.read_text()) | {"worker": "other"}
    path = tmp_path / "other.json"
    path.write_text(json.dumps(found))

    done = story.world.px.run("key", "recover", path, "--passphrase-stdin")

    assert (done.returncode, "belongs to another Worker" in done.stderr) == (1, True)
