from __future__ import annotations

import base64
import hashlib
import json
import subprocess

import pytest
from dotenv import dotenv_values

from positronic.access.tokens import is_mistyped
from px.errors import PxError, Usage
from px.keys.local_keys import LocalKeys
from px.project import dev_vars
from px.project.errors import LocalError
from px.project.local_state import read_local
from px.project.workspace import Workspace

URL = "http://127.0.0.1:8787"
KEY = base64.b64encode(bytes(32)).decode()


def settings_of(project: Workspace) -> dict[str, str | None]:
    return dotenv_values(project.dev_vars, interpolate=False)


def test_a_new_project_gets_keys_and_a_token_that_fit_together(project: Workspace) -> None:
    """One fresh 32-byte key under an id; the Worker holds the token's hash, px the token."""
    found = dev_vars.prepare(project, URL)

    key_id, _, encoded = str(settings_of(project)["MASTER_KEYS"]).partition(":")
    assert key_id.startswith("k2")
    assert len(base64.b64decode(encoded, validate=True)) == 32
    token_hash = hashlib.sha256(found.token.encode()).hexdigest()
    assert settings_of(project)["ROOT_TOKEN_SHA256"] == token_hash
    written = {"url": URL, "token": found.token, "project": "default"}
    assert json.loads(project.local_json.read_text()) == written


@pytest.mark.parametrize("left", [None, "# emptied\n"])
def test_lost_keys_stop_px_dev_where_there_is_a_local_kv(
    project: Workspace, left: str | None
) -> None:
    """Others would open nothing of it. Without a local KV, `px dev` makes new ones."""
    dev_vars.prepare(project, URL)
    dev_vars.check(project)
    project.dev_vars.unlink()
    if left is not None:
        project.dev_vars.write_text(left)
    dev_vars.check(project)
    project.state.mkdir(parents=True)

    with pytest.raises(LocalError, match="no master keys") as caught:
        dev_vars.check(project)

    assert "restore a backup" in caught.value.hint


@pytest.mark.parametrize("text", ["bad name!", "", "-"])
def test_a_project_that_is_none_is_refused(project: Workspace, text: str) -> None:
    """The Worker would answer nothing with it."""
    dev_vars.prepare(project, URL)
    project.dev_vars.write_text(f"{project.dev_vars.read_text()}PROJECT={text}\n")

    with pytest.raises(LocalError, match="line 3: PROJECT is not the name of a project") as caught:
        dev_vars.check(project)

    assert "lower-case letters" in caught.value.hint


def test_a_new_token_is_recognisable(project: Workspace) -> None:
    """A secret scanner finds it, and px tells when it is mistyped."""
    token = dev_vars.prepare(project, URL).token

    assert token.startswith("px_root_")
    assert not is_mistyped(token)
    assert is_mistyped(token[:-1])


def test_a_token_from_before_is_kept(project: Workspace) -> None:
    """Whatever it looks like: the Worker holds its hash."""
    dev_vars.prepare(project, URL)
    old = json.dumps({"url": URL, "token": "px_root_" + "a" * 43})
    project.local_json.write_text(old)

    assert dev_vars.prepare(project, URL).token == "px_root_" + "a" * 43


def test_keys_are_replaced_and_nothing_else(project: Workspace) -> None:
    """Every other byte of .dev.vars stays, and its mode is 600."""
    project.dev_vars.write_text(f"# mine\nA='x\ny'\nMASTER_KEYS=new:{KEY}, old:{KEY}\nB=1")

    assert dev_vars.read_keys(project) == [f"new:{KEY}", f"old:{KEY}"]
    dev_vars.write_keys(project, [f"newest:{KEY}"])

    assert project.dev_vars.read_text() == (f"# mine\nA='x\ny'\nMASTER_KEYS=\"newest:{KEY}\"\nB=1")
    assert project.dev_vars.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("is_there", [True, False])
def test_lost_keys_of_a_local_kv_are_not_made_anew_on_px_s_advice(
    project: Workspace, is_there: bool
) -> None:
    """`px dev` would make others, which open nothing of it: also where the whole file is gone."""
    dev_vars.prepare(project, URL)
    project.state.mkdir(parents=True)
    if is_there:
        project.dev_vars.write_text("OTHER=1\n")
    else:
        project.dev_vars.unlink()

    with pytest.raises(PxError) as caught:
        LocalKeys(project).check_recovery(replace=False)

    assert "restore a backup" in caught.value.hint


def test_both_files_are_their_owners_alone(project: Workspace) -> None:
    """Mode 600, and a .dev.vars that was wider is narrowed."""
    dev_vars.prepare(project, URL)
    project.dev_vars.chmod(0o644)
    dev_vars.prepare(project, URL)

    for path in (project.dev_vars, project.local_json):
        assert path.stat().st_mode & 0o777 == 0o600


def test_the_token_does_not_show_itself(project: Workspace) -> None:
    """repr() is what lands in logs and tracebacks."""
    found = dev_vars.prepare(project, URL)

    assert found.token not in repr(found)


def test_a_second_start_changes_nothing_but_the_address(project: Workspace) -> None:
    """Keys and token stay for as long as their files do."""
    first = dev_vars.prepare(project, URL)
    before = project.dev_vars.read_bytes()
    second = dev_vars.prepare(project, "http://127.0.0.1:9999")

    assert second.token == first.token
    assert project.dev_vars.read_bytes() == before
    assert read_local(project.local_json) == second


def test_a_lost_token_is_replaced_and_the_keys_stay(project: Workspace) -> None:
    """Only the hash's line changes: without the keys, what lies in KV could not be opened."""
    first = dev_vars.prepare(project, URL)
    keys = settings_of(project)["MASTER_KEYS"]
    project.local_json.unlink()
    second = dev_vars.prepare(project, URL)

    assert second.token != first.token
    assert settings_of(project)["MASTER_KEYS"] == keys
    token_hash = hashlib.sha256(second.token.encode()).hexdigest()
    assert settings_of(project)["ROOT_TOKEN_SHA256"] == token_hash


def test_what_the_user_wrote_into_dev_vars_stays(project: Workspace) -> None:
    """Comments, other variables, the order, several keys and a missing last newline."""
    mine = f"# mine\nOTHER='a\nb'\nMASTER_KEYS=new:{KEY},old:{KEY}\n\nLAST=1"
    project.dev_vars.write_text(mine)
    dev_vars.prepare(project, URL)

    text = project.dev_vars.read_text()
    assert text.startswith(mine + "\n")
    assert set(settings_of(project)) == {"OTHER", "MASTER_KEYS", "LAST", "ROOT_TOKEN_SHA256"}


@pytest.mark.parametrize(
    "text",
    [
        "MASTER_KEYS=",
        "MASTER_KEYS=k1",
        f"MASTER_KEYS={KEY}",
        f"MASTER_KEYS=a b:{KEY}",
        f"MASTER_KEYS={'k' * 33}:{KEY}",
        "MASTER_KEYS=k1:AAAA",
        f"MASTER_KEYS=k1:{KEY[:-1]}!",
        f"MASTER_KEYS=k1:{KEY},k1:{KEY}",
        f"MASTER_KEYS=k1:{KEY},",
        f"MASTER_KEYS=k1:{KEY}\nMASTER_KEYS=k2:{KEY}",
        f"MASTER_KEYS='k1:{KEY}",
        "= what",
    ],
)
def test_a_malformed_dev_vars_is_refused_and_left_alone(project: Workspace, text: str) -> None:
    """Never made anew over what may still hold a key, and never repeated in the message."""
    project.dev_vars.write_text(text)

    with pytest.raises(LocalError, match=r"\.dev\.vars") as caught:
        dev_vars.prepare(project, URL)

    assert project.dev_vars.read_text() == text
    assert KEY[:8] not in str(caught.value) + caught.value.hint


def test_a_dev_vars_that_is_not_text_is_refused(project: Workspace) -> None:
    """Bytes that are not UTF-8 are nobody's keys."""
    project.dev_vars.write_bytes(b"MASTER_KEYS=\xff")

    with pytest.raises(LocalError, match="not UTF-8"):
        dev_vars.prepare(project, URL)


@pytest.mark.parametrize("text", ["", "[]", '{"url": "x"}', '{"url": "x", "token": ""}', "null"])
def test_a_malformed_local_json_is_refused(project: Workspace, text: str) -> None:
    """With a sentence that says how to get a new one."""
    project.private.mkdir()
    project.local_json.write_text(text)

    with pytest.raises(Usage, match=r"local\.json is malformed") as caught:
        read_local(project.local_json)

    assert "px dev" in caught.value.hint


def test_files_that_git_would_add_are_named(project: Workspace) -> None:
    """A warning's material: exactly those that .gitignore does not cover."""
    subprocess.run(["git", "init", "-q", project.root], check=True)
    (project.root / ".gitignore").write_text(".px/\n.env.secrets\n")

    assert dev_vars.not_ignored(project) == [".env.deploy", ".dev.vars"]


def test_outside_of_a_repository_nothing_needs_ignoring(
    project: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No git, no warning."""
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(project.root.parent))

    assert dev_vars.not_ignored(project) == []


def test_a_key_that_is_made_anew_has_another_id(project: Workspace) -> None:
    """Also on the same day: what lies under the first must not be taken for the second's."""
    ids = set()
    for _ in range(3):
        dev_vars.prepare(project, "http://127.0.0.1:1")
        ids.add(dev_vars.read_keys(project)[0].partition(":")[0])
        project.dev_vars.unlink()

    assert len(ids) == 3
