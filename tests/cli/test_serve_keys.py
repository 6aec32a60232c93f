"""The keys of a host: rotated while it runs, brought back after a loss, and a new root token."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import httpx
import pytest

from positronic.sealing.keyring import Keyring
from px.project.master_key import make
from px.project.unfinished_rotation import BegunRotation, UnfinishedRotation
from px.project.workspace import Workspace
from support.hosting import PASSPHRASE, Hosted, hosted
from support.px_process import Px
from support.schemas import conforms

NO_FILE = "--no-recovery-file"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """With a data folder whose recovery file opens with PASSPHRASE."""
    words = ("serve", "init", "--passphrase-stdin")
    assert Px(tmp_path).run(*words, stdin=PASSPHRASE.encode()).returncode == 0
    return tmp_path


@pytest.fixture
def host(folder: Path) -> Iterator[Hosted]:
    with hosted(folder) as running:
        yield running


@pytest.fixture
def px(folder: Path, host: Hosted) -> Px:
    """Two projects with a secret each, and a token."""
    found = Px(folder, host.environment)
    for more in ([], ["--project", "shop", "--create-project"]):
        assert found.run("secret", "create", "A", "--stdin", *more, stdin=b"x").returncode == 0
    return found


def key_ids(folder: Path) -> list[str]:
    text = (folder / "px-data" / "master-keys").read_text()
    return [entry.partition(":")[0] for entry in text.strip().split(",")]


def opens(px: Px) -> list[str]:
    """Of each project, whether its secret does."""
    asked: list[list[str]] = [[], ["--project", "shop"]]
    return [px.run("secret", "exists", "A", *more).stdout.strip() for more in asked]


def test_a_rotation_while_it_runs(px: Px, folder: Path, host: Hosted) -> None:
    """One key is left, under which everything opens; the host was not restarted."""
    (before,) = key_ids(folder)

    done = px.run("key", "rotate", "--data", "px-data", NO_FILE, "--json")

    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    conforms("key rotate", found)
    assert (found["dropped"], key_ids(folder)) == ([before], [found["key"]])
    assert found["key"] != before
    assert opens(px) == ["true", "true"]
    assert host.process.poll() is None
    assert not (folder / "px-data" / ".px" / "rotation.json").exists()
    assert (folder / "px-data" / "master-keys").stat().st_mode & 0o777 == 0o600


def test_no_key_is_said(px: Px, folder: Path, host: Hosted) -> None:
    """Neither by px nor in the log, before and after."""
    first = (folder / "px-data" / "master-keys").read_text().strip()
    done = px.run("key", "rotate", "--data", "px-data", NO_FILE)
    second = (folder / "px-data" / "master-keys").read_text().strip()
    assert Keyring(second).newest in done.stderr

    said = done.stdout + done.stderr + host.log.read_text()
    assert [text for text in (first, second) if text.partition(":")[2] in said] == []


def test_a_rotation_writes_the_new_recovery_file(px: Px, folder: Path) -> None:
    """The old one is kept under another name; each opens its own key."""
    (before,) = key_ids(folder)
    words = ("key", "rotate", "--data", "px-data", "--passphrase-stdin")
    done = px.run(*words, stdin=PASSPHRASE.encode())
    assert done.returncode == 0, done.stderr

    (after,) = key_ids(folder)
    for name, key in (("recovery.json", after), (f"recovery.{before}.json", before)):
        assert json.loads((folder / "px-data" / name).read_text())["keyId"] == key


def test_a_rotation_of_another_host_changes_nothing(px: Px, folder: Path) -> None:
    """Keys in the environment are not in the folder; and a folder has to be one."""
    (folder / "other").mkdir(mode=0o700)
    for data, code in (("other", "no_keys"), ("nowhere", "no_data_folder")):
        done = px.run("key", "rotate", "--data", data, NO_FILE, "--json")

        assert (done.returncode, json.loads(done.stderr)["code"]) == (1, code)


def test_a_rotation_is_refused_at_a_host_with_other_keys(
    px: Px, folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """The address of one host with the folder of another: neither gets or loses a key."""
    other = tmp_path_factory.mktemp("other")
    data = other / "px-data"
    made = Px(other).run("serve", "init", "--passphrase-stdin", stdin=PASSPHRASE.encode())
    assert made.returncode == 0
    before = {path: path.read_bytes() for path in data.iterdir() if path.is_file()}
    keys = key_ids(folder), key_ids(other)
    words = ("key", "rotate", "--data", str(data), "--passphrase-stdin", "--json")

    done = px.run(*words, stdin=PASSPHRASE.encode())

    assert (done.returncode, json.loads(done.stderr)["code"]) == (1, "another_host")
    assert {path: path.read_bytes() for path in data.iterdir() if path.is_file()} == before
    assert not (data / ".px" / "rotation.json").exists()
    assert (key_ids(folder), key_ids(other)) == keys
    assert opens(px) == ["true", "true"]


@pytest.mark.parametrize("is_there", [False, True])
def test_a_rotation_that_was_stopped_goes_on(
    px: Px, folder: Path, host: Hosted, is_there: bool
) -> None:
    """With its key in front of the old one, or not there yet."""
    data = folder / "px-data"
    key = make(date(2026, 11, 27), os.urandom)
    if is_there:
        keys = data / "master-keys"
        keys.write_text(f"{key.entry},{keys.read_text()}")
    UnfinishedRotation(Workspace(data)).write(BegunRotation(host.url, key))

    done = px.run("key", "rotate", "--data", "px-data", NO_FILE, "--json")

    assert done.returncode == 0, done.stderr
    assert (json.loads(done.stdout)["key"], key_ids(folder)) == (key.id, [key.id])
    assert opens(px) == ["true", "true"]


def test_a_lost_key_comes_back(folder: Path) -> None:
    """From the recovery file, into a folder that still has its ledgers."""
    with hosted(folder) as host:
        Px(folder, host.environment).run("secret", "create", "A", "--stdin", stdin=b"x")
    (folder / "px-data" / "master-keys").unlink()
    words = ("key", "recover", "px-data/recovery.json", "--data", "px-data", "--passphrase-stdin")

    for _ in range(2):
        done = Px(folder).run(*words, "--json", stdin=PASSPHRASE.encode())
        assert done.returncode == 0, done.stderr
        conforms("key recover", json.loads(done.stdout))

    with hosted(folder) as host:
        done = Px(folder, host.environment).run("secret", "exists", "A")
        assert done.stdout == "true\n"


def test_a_recovered_key_beside_keys_of_the_environment(folder: Path) -> None:
    """px says at once that the two would be refused, and the refusal says how to use both."""
    with hosted(folder) as host:
        Px(folder, host.environment).run("secret", "create", "A", "--stdin", stdin=b"x")
    data = folder / "px-data"
    other = make(date(2026, 1, 1), os.urandom).entry
    keys = {"MASTER_KEYS": other, "ROOT_TOKEN_SHA256": (data / "root-token-sha256").read_text()}
    for name in ("master-keys", "root-token-sha256"):
        (data / name).unlink()
    words = ("key", "recover", "px-data/recovery.json", "--data", "px-data", "--passphrase-stdin")
    done = Px(folder).run(*words, stdin=PASSPHRASE.encode())
    refused = Px(folder).run("serve", "--port", "0", environment=keys)

    assert done.returncode == 0
    assert "put the variable's keys into the file, in front of this one" in done.stderr
    assert refused.returncode == 2
    assert "put the variable's keys into the file, in front of those" in refused.stderr
    path = data / "master-keys"
    path.write_text(f"{other},{path.read_text()}")
    del keys["MASTER_KEYS"]
    with hosted(folder, environment=keys) as host:
        found = Px(folder, host.environment).run("secret", "exists", "A")
        assert found.stdout == "true\n", found.stderr


@pytest.mark.parametrize(
    ("options", "code"),
    [
        (["--data", "other"], "another_worker"),
        (["--data", "px-data", "--local"], "usage"),
        (["--data", "px-data", "--replace"], "usage"),
        (["--data", "nowhere"], "no_data_folder"),
    ],
)
def test_a_key_goes_into_its_own_host(folder: Path, options: list[str], code: str) -> None:
    """A key of somebody else's would be of no use there, and px says so."""
    assert Px(folder).run("serve", "init", "other", NO_FILE).returncode == 0
    before = (folder / "other" / "master-keys").read_bytes()
    words = ("key", "recover", "px-data/recovery.json", "--passphrase-stdin", "--json")

    done = Px(folder).run(*words, *options, stdin=PASSPHRASE.encode())

    assert json.loads(done.stderr)["code"] == code
    assert (folder / "other" / "master-keys").read_bytes() == before


def test_a_new_root_token(px: Px, folder: Path, host: Hosted) -> None:
    """It counts at once, and the old one no more; other tokens stay."""
    made = px.run("token", "create", "ci", "--role", "reader", "--json").stdout
    reader = json.loads(made)["token"]
    done = Px(folder).run("serve", "renew", "--json")
    conforms("serve renew", json.loads(done.stdout))
    new = (folder / "px-data" / "root-token").read_text().strip()

    assert new not in done.stdout + done.stderr
    statuses = [
        httpx.get(
            f"{host.url}/secrets", headers={"Authorization": f"Bearer {one}"}, trust_env=False
        ).status_code
        for one in (host.token, new, reader)
    ]
    assert statuses == [401, 200, 200]


def test_a_root_token_needs_a_host(tmp_path: Path) -> None:
    """Where the hash comes from the environment, it is replaced there."""
    (tmp_path / "px-data").mkdir(mode=0o700)
    done = Px(tmp_path).run("serve", "renew", "--json")

    assert (done.returncode, json.loads(done.stderr)["code"]) == (1, "not_initialized")
