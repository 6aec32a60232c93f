"""Another program listens on the port that `px dev` left: px sends it no token and no value."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Final

import pytest

from positronic.access import tokens
from support.px_process import CANARY, Px
from support.stranger import Answer, Stranger, echoing, obliging, proving, silent, stranger

RUN: Final = "0123456789abcdef0123456789abcdef"
COMMANDS: Final = (
    ("secret", "list"),
    ("secret", "create", "A", "--stdin"),
    ("secret", "exists", "A"),
    ("secret", "delete", "A", "--yes"),
    ("secret", "import", "values.env"),
    ("secret", "import", "values.env", "--dry-run"),
    ("secret", "require", "A"),
    ("token", "create", "ci", "--role", "reader"),
    ("token", "list"),
    ("token", "revoke", "0123456789abcdef", "--yes"),
    ("audit",),
    ("audit", "verify"),
    ("key", "list"),
    ("key", "rotate"),
    ("brain", "list"),
    ("brain", "show", "example"),
    ("brain", "run", "example", "-o", f"text={CANARY}"),
    ("brain", "watch", RUN),
    ("brain", "status", RUN),
    ("brain", "rerun", RUN, "--from", "2"),
)


@pytest.fixture
def token() -> str:
    return tokens.mint_root(os.urandom)


@pytest.fixture
def px(tmp_path: Path) -> Px:
    """px in a project, told of nothing."""
    (tmp_path / "wrangler.toml").write_text("")
    (tmp_path / "values.env").write_text(f"A={CANARY}\n")
    return Px(tmp_path)


def left_by_px_dev(px: Px, there: Stranger, token: str) -> None:
    """The address and the token that `px dev` wrote; the port is the stranger's now."""
    folder = px.folder / ".px"
    folder.mkdir(mode=0o700, exist_ok=True)
    path = folder / "local.json"
    path.write_text(json.dumps({"url": there.url, "token": token}))
    path.chmod(0o600)


def assert_got_nothing(there: Stranger, token: str) -> None:
    """The stranger was asked, and learned neither token nor value."""
    assert b"GET /status" in there.got
    for secret in (token, token.removeprefix("px_root_"), tokens.root_hash(token), CANARY):
        assert secret.encode() not in there.got
    assert b"authorization" not in there.got.lower()


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_no_command_sends_anything_to_a_stranger(
    px: Px, token: str, command: tuple[str, ...]
) -> None:
    """Exit 3, and one sentence that says so."""
    with stranger(obliging) as there:
        left_by_px_dev(px, there, token)
        done = px.run(*command, stdin=CANARY.encode())

    assert done.returncode == 3, done.stderr
    assert f"the server at {there.url} is not the Worker that `px dev` started" in done.stderr
    assert CANARY not in done.stderr
    assert_got_nothing(there, token)


@pytest.mark.parametrize("answer", [echoing, silent])
def test_no_answer_of_a_stranger_draws_the_token(px: Px, token: str, answer: Answer) -> None:
    """Neither the challenge itself, nor an answer that keeps the connection open."""
    with stranger(answer) as there:
        left_by_px_dev(px, there, token)
        done = px.run("secret", "create", "A", "--stdin", stdin=CANARY.encode())

    assert done.returncode == 3
    assert_got_nothing(there, token)


def test_an_address_by_hand_draws_no_token_either(px: Px, token: str) -> None:
    """PX_URL and --url pick the token of `.px/local.json` too."""
    with stranger(obliging) as there:
        left_by_px_dev(px, there, token)
        by_flag = px.run("secret", "list", "--url", there.url)
        by_setting = px.run("secret", "list", environment={"PX_URL": there.url})
        spec = px.run("spec", there.url)

    assert [done.returncode for done in (by_flag, by_setting, spec)] == [3, 3, 3]
    assert "is not the Worker that `px dev` started" in spec.stderr
    assert_got_nothing(there, token)


def test_px_doctor_names_the_stranger_and_sends_it_nothing(px: Px, token: str) -> None:
    with stranger(obliging) as there:
        left_by_px_dev(px, there, token)
        done = px.run("doctor", "--json")

    server = next(one for one in json.loads(done.stdout)["checks"] if one["check"] == "server")
    assert "is not the Worker that `px dev` started" in server["message"]
    assert_got_nothing(there, token)


def test_each_challenge_is_new(px: Px, token: str) -> None:
    """An answer that was once heard is of no use."""
    with stranger(obliging) as there:
        left_by_px_dev(px, there, token)
        for _ in range(3):
            px.run("secret", "list")

    asked = [line for line in bytes(there.got).split(b"\r\n") if b"challenge" in line.lower()]
    assert len(set(asked)) == len(asked) >= 3


def test_a_worker_that_restarts_is_asked_again(px: Px, token: str) -> None:
    """wrangler's proxy answers 503 meanwhile, without a proof; then the Worker proves itself."""
    busy = iter([b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n"])

    def answer(request: bytes) -> bytes:
        return next(busy, None) or proving(token, there.url)(request)

    with stranger(answer) as there:
        left_by_px_dev(px, there, token)
        done = px.run("secret", "list")

    assert done.returncode == 0, done.stderr
    assert bytes(there.got).lower().count(b"x-positronic-challenge") == 2
