"""Settings: from where, checked how, and read again when a key file changes."""

from __future__ import annotations

import errno
import json
import os
import shutil
import subprocess
from pathlib import Path
from stat import S_IMODE

import pytest

from positronic.access.tokens import root_hash
from positronic.api.service import target_configs
from positronic.sealing.keyring import Keyring
from px.errors import PxError, Refused, Usage
from px.serve import init
from px.serve.configuration import HostSettings, take
from px.serve.data_folder import (
    MASTER_KEYS,
    ROOT_HASH,
    TARGET_CREDENTIALS,
    TARGETS,
    DataFolder,
)

KEY = "k1:" + "A" * 43 + "="


@pytest.fixture
def folder(tmp_path: Path) -> DataFolder:
    made = DataFolder(tmp_path / "data")
    init.init(made, None, lambda size: bytes(range(size)))
    return made


def settings_of(folder: DataFolder, **variables: str) -> tuple[HostSettings, list[str]]:
    """The settings, and what they log, with its level."""
    told: list[str] = []

    def report(message: str) -> None:
        told.append(f"error: {message}")

    def tell(message: str) -> None:
        told.append(f"info: {message}")

    return HostSettings(folder, variables, report, tell), told


def test_a_new_folder_is_only_for_its_owner(folder: DataFolder) -> None:
    """From the start: nothing in it can be read by anybody else."""
    modes = {one.name: S_IMODE(one.stat().st_mode) for one in folder.root.rglob("*")}

    assert S_IMODE(folder.root.stat().st_mode) == 0o700
    assert {mode for name, mode in modes.items() if name != "ledgers"} == {0o600}
    assert modes["ledgers"] == 0o700


def test_the_server_needs_no_root_token(folder: DataFolder) -> None:
    """Its hash is enough, so that the token can be kept elsewhere."""
    token = folder.read("root-token") or ""
    (folder.root / "root-token").unlink()

    assert settings_of(folder)[0]().root_token_sha256 == root_hash(token)


def test_settings_come_from_variables_too(folder: DataFolder) -> None:
    """Under the names that the Worker has for them."""
    found = settings_of(folder, PROJECT="shop", RUNS_PER_TOKEN="3")[0]()

    assert (found.project, found.runs_per_token) == ("shop", "3")


def test_keys_are_taken_out_of_the_environment() -> None:
    """So that no brain and no library finds them there by accident."""
    environ = {"MASTER_KEYS": f" {KEY}\n", "ROOT_TOKEN_SHA256": "x", "PROJECT": "p", "HOME": "/"}

    assert take(environ) == {"MASTER_KEYS": KEY, "ROOT_TOKEN_SHA256": "x", "PROJECT": "p"}
    assert environ == {"PROJECT": "p", "HOME": "/"}


def test_what_opens_targets_is_taken_out_too() -> None:
    """All of it, also what no target of the table needs."""
    environ = {
        "TARGETS": "{}",
        "TARGET_FLY_API_TOKEN": " t ",
        "TARGET_OLD_TOKEN": "x",
        "TARGET": "y",
    }

    found = take(environ)
    assert json.loads(found.pop("TARGET_CREDENTIALS")) == {
        "TARGET_FLY_API_TOKEN": "t",
        "TARGET_OLD_TOKEN": "x",
    }
    assert found == {"TARGETS": "{}"}
    assert environ == {"TARGETS": "{}", "TARGET": "y"}


def test_targets_come_from_files(folder: DataFolder) -> None:
    """And are read again; a host's may be on its own machine."""
    settings, told = settings_of(folder, PROJECT="shop")
    assert target_configs(settings()) == []
    table = {"v": {"type": "vault", "address": "http://127.0.0.1:8200", "mount": "kv"}}
    folder.write(TARGETS, json.dumps(table))
    assert target_configs(settings())[0].missing == ["TARGET_V_TOKEN"]
    folder.write(TARGET_CREDENTIALS, "# from Vault\nTARGET_V_TOKEN='a b'")

    assert target_configs(settings())[0].credentials == {"TOKEN": "a b"}
    assert told == ["info: the files with settings were read again"] * 2


@pytest.mark.parametrize(
    ("variable", "name", "words"),
    [
        ("TARGETS", TARGETS, "TARGETS is in the environment, and targets.json"),
        ("TARGET_CREDENTIALS", TARGET_CREDENTIALS, "TARGET_… is in the environment, and target-c"),
    ],
)
def test_targets_come_from_one_place(
    folder: DataFolder, variable: str, name: str, words: str
) -> None:
    """The table and what opens it each from one; the two need not be the same."""
    folder.write(name, "{}" if name == TARGETS else "TARGET_A_TOKEN=x")
    settings_of(folder)
    with pytest.raises(Usage, match=words):
        settings_of(folder, **{variable: "{}"})


@pytest.mark.parametrize("line", ["MASTER_KEYS=secret-key", "secret-key", "TARGET_A='secret-key"])
def test_a_wrong_line_is_named_without_its_text(folder: DataFolder, line: str) -> None:
    """A key of something else has no place there."""
    folder.write(TARGET_CREDENTIALS, f"TARGET_B_TOKEN=x\n{line}")

    with pytest.raises(Usage) as refused:
        settings_of(folder)
    said = f"{refused.value.message}{refused.value.hint}{refused.value.details}"
    assert "secret-key" not in said
    assert TARGET_CREDENTIALS in said


def test_keys_come_from_one_place(folder: DataFolder) -> None:
    """A stale file beside a variable would be a trap."""
    with pytest.raises(Usage, match="MASTER_KEYS is in the environment, and master-keys"):
        settings_of(folder, MASTER_KEYS=KEY)


def test_settings_stay_the_same_object(folder: DataFolder) -> None:
    """What is derived from them is then derived once."""
    settings, told = settings_of(folder)

    assert settings() is settings()
    assert told == []


def test_a_rotation_needs_no_restart(folder: DataFolder) -> None:
    """A key file that was replaced counts from the next request on."""
    settings, told = settings_of(folder)
    old = settings().master_keys
    folder.write(MASTER_KEYS, f"{KEY},{old}")

    assert Keyring(settings().master_keys).newest == "k1"
    assert told == ["info: the files with settings were read again"]


@pytest.mark.parametrize("spoil", ["open", "gone", "empty", "binary"])
def test_a_key_file_that_goes_bad_stops_the_host(folder: DataFolder, spoil: str) -> None:
    """Nothing is sealed under a key that somebody else may have put there; it is said once."""
    settings, told = settings_of(folder)
    path = folder.root / MASTER_KEYS
    if spoil == "open":
        path.chmod(0o644)
    elif spoil == "gone":
        path.unlink()
    else:
        path.write_bytes(b"" if spoil == "empty" else b"\xff\xfe")

    broken = settings()
    assert broken.master_keys == ""
    assert settings() is broken, "other settings make all projects due again"
    assert len(told) == 1
    assert told[0].startswith("error: the files with settings cannot be used: ")


@pytest.mark.parametrize(("name", "mode"), [(MASTER_KEYS, 0o640), (ROOT_HASH, 0o604)])
def test_a_key_file_that_others_read_is_refused(folder: DataFolder, name: str, mode: int) -> None:
    """It may be in anybody's hands."""
    (folder.root / name).chmod(mode)

    with pytest.raises(Usage, match=f"can read {name}") as refused:
        settings_of(folder)
    assert refused.value.code == "key_file_open"


def test_a_key_file_that_others_write_is_refused(folder: DataFolder) -> None:
    """They would choose the key, or who is root."""
    (folder.root / ROOT_HASH).chmod(0o620)

    with pytest.raises(Usage, match="other users can write to it"):
        settings_of(folder)


def test_no_key_is_repeated_in_an_error(folder: DataFolder) -> None:
    """Not even where it is no text."""
    (folder.root / MASTER_KEYS).write_bytes(b"\xffsecret-key")

    with pytest.raises(PxError) as refused:
        settings_of(folder)
    assert "secret-key" not in f"{refused.value.message}{refused.value.hint}"


@pytest.mark.parametrize("mode", [0o750, 0o705, 0o777])
def test_a_folder_that_others_enter_is_refused(folder: DataFolder, mode: int) -> None:
    """Whoever can rename a key file there chooses the key."""
    folder.root.chmod(mode)

    with pytest.raises(Usage, match="can enter the data folder"):
        folder.check()


def test_a_folder_that_came_with_a_checkout_is_refused(folder: DataFolder) -> None:
    """Its author knows the key, and who is root."""
    git = ("git", "-C", str(folder.root.parent))
    for words in (("init", "--quiet"), ("add", "--force", "data")):
        subprocess.run([*git, *words], check=True)

    with pytest.raises(Usage, match="git tracks files"):
        folder.check()


@pytest.mark.parametrize("name", ["lock", "ledgers"])
def test_a_link_in_the_folder_is_refused(folder: DataFolder, tmp_path: Path, name: str) -> None:
    """What it leads to stays as it is."""
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_text("precious")
    shutil.rmtree(folder.ledgers)
    (folder.root / name).symlink_to(elsewhere)

    with pytest.raises(Usage, match=f"{name} in the data folder is a link"):
        folder.check()
    if name == "lock":
        with pytest.raises(OSError, match=r"."), folder.held():
            pass
    assert elsewhere.read_text() == "precious"


def test_a_checkout_gets_no_key(folder: DataFolder) -> None:
    """Around a data folder, git sees nothing of it."""
    git = ("git", "-C", str(folder.root.parent))
    subprocess.run([*git, "init", "--quiet"], check=True)
    subprocess.run([*git, "add", "--all"], check=True)

    listed = subprocess.run([*git, "ls-files"], check=True, capture_output=True, text=True)
    assert listed.stdout == ""


def test_a_folder_is_held_by_one(folder: DataFolder) -> None:
    """The second one is told who has it, and nothing is started."""
    with folder.held(), pytest.raises(Refused, match=r"another px serve \(process \d+\)"):
        DataFolder(folder.root).held().__enter__()
    with folder.held():
        pass


def test_no_key_is_overwritten(folder: DataFolder) -> None:
    """A second init on the same folder changes nothing."""
    before = folder.read(MASTER_KEYS)

    with pytest.raises(Refused, match="px overwrites no key"):
        init.init(folder, None, lambda size: bytes(size))
    assert folder.read(MASTER_KEYS) == before
    assert [one.name for one in folder.root.parent.iterdir()] == ["data"]


def test_a_failed_init_leaves_nothing(tmp_path: Path) -> None:
    """There is a whole data folder, or none."""

    def random(size: int) -> bytes:
        if size == 6:  # the last that is drawn, for the host's name
            raise OSError(errno.EIO, "the machine has no randomness")
        return bytes(size)

    with pytest.raises(OSError, match="no randomness"):
        init.init(DataFolder(tmp_path / "data"), None, random)
    assert list(tmp_path.iterdir()) == []


def test_two_hosts_share_nothing(tmp_path: Path) -> None:
    """Each has a key, a root token and a name of its own."""
    folders = [DataFolder(tmp_path / name) for name in ("a", "b")]
    made = [init.init(one, None, os.urandom) for one in folders]

    assert made[0].name != made[1].name
    assert made[0].key_id != made[1].key_id
    for name in (MASTER_KEYS, ROOT_HASH, "root-token"):
        assert folders[0].read(name) != folders[1].read(name)
    assert root_hash(folders[0].read("root-token") or "") == folders[0].read(ROOT_HASH)
