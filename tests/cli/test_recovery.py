"""`px key recover --local`: a key comes back into .dev.vars, beside those that are there."""

from __future__ import annotations

import os
from base64 import b64encode
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pexpect import EOF

from px.keys import recovery
from px.project.master_key import MasterKey
from support.px_process import Px

KEY = MasterKey("k20260101-aaaaaa", b64encode(os.urandom(32)).decode())
NEWER = MasterKey("k20261124-bbbbbb", b64encode(os.urandom(32)).decode())
PASSPHRASE = "correct horse battery staple"


@pytest.fixture
def px(tmp_path: Path) -> Px:
    """In a project that has another key."""
    (tmp_path / "wrangler.toml").write_text('name = "w"\n')
    (tmp_path / ".dev.vars").write_text(f'# mine\nMASTER_KEYS="{NEWER.entry}"\nOTHER="1"\n')
    data = recovery.seal(
        KEY, "w", PASSPHRASE, now=datetime.now(UTC), random=os.urandom, cost=1 << 15
    )
    (tmp_path / "kept.json").write_bytes(data)
    return Px(tmp_path)


def recover(px: Px, passphrase: str = PASSPHRASE) -> tuple[int, str]:
    words = ("key", "recover", "kept.json", "--local", "--passphrase-stdin")
    done = px.run(*words, stdin=passphrase.encode())
    assert done.stdout == ""
    return done.returncode, done.stderr


def test_it_comes_last_and_nothing_is_lost(px: Px) -> None:
    """New values go on under the key that was there; a second time changes nothing."""
    first, again = recover(px), recover(px)

    text = (px.folder / ".dev.vars").read_text()
    assert text == f'# mine\nMASTER_KEYS="{NEWER.entry},{KEY.entry}"\nOTHER="1"\n'
    assert first == (
        0,
        f"Restored the local Worker's master key {KEY.id}, after the keys it already had\n",
    )
    assert again == (0, f"The local Worker already has the master key {KEY.id}\n")


def test_a_wrong_passphrase_changes_nothing(px: Px) -> None:
    """Exit code 1, and one sentence."""
    before = (px.folder / ".dev.vars").read_bytes()

    code, said = recover(px, "something else")

    assert (code, said.count("\n"), "passphrase is wrong" in said) == (1, 1, True)
    assert (px.folder / ".dev.vars").read_bytes() == before


def test_another_key_with_its_id_is_not_overwritten(px: Px) -> None:
    """Two keys of one id would stop the Worker."""
    other = MasterKey(KEY.id, NEWER.encoded)
    (px.folder / ".dev.vars").write_text(f'MASTER_KEYS="{other.entry}"\n')

    code, said = recover(px)

    assert (code, "a different key with the id" in said) == (1, True)
    assert other.entry in (px.folder / ".dev.vars").read_text()


@pytest.mark.parametrize("file", ["nosuch.json", ".", "wrangler.toml"])
def test_what_is_no_recovery_file_is_refused_before_the_prompt(px: Px, file: str) -> None:
    """Nobody types a passphrase for nothing."""
    done = px.run("key", "recover", file, "--local")

    assert done.returncode in (1, 2)
    assert "recovery file" in done.stderr or "not a regular file" in done.stderr


def test_without_a_terminal_it_says_how(px: Px) -> None:
    """Usage."""
    done = px.run("key", "recover", "kept.json", "--local")

    assert (done.returncode, "use --passphrase-stdin" in done.stderr) == (2, True)


def test_the_prompt_shows_nothing_of_what_is_typed(px: Px) -> None:
    """On a terminal, and Ctrl-C there is exit code 130."""
    child = px.terminal("key", "recover", "kept.json", "--local")
    child.expect_exact("Passphrase of kept.json (hidden): ")
    child.sendline(PASSPHRASE)
    child.expect(EOF)
    child.close()
    stopped = px.terminal("key", "recover", "kept.json", "--local")
    stopped.expect_exact("(hidden): ")
    stopped.sendintr()
    stopped.expect(EOF)
    stopped.close()

    assert (child.exitstatus, stopped.exitstatus) == (0, 130)
    assert PASSPHRASE not in (child.before or "")
    assert KEY.encoded not in (child.before or "")
