"""`px secret create` cleans and judges a single value as an import does."""

from __future__ import annotations

import pytest

from px.testing.dev_server import TestDevServer
from support.px_in_process import PxInProcess
from support.px_process import CANARY, Px

BOM = b"\xef\xbb\xbf"


@pytest.mark.parametrize("end", [b"", b"\n", b"\r\n"])
def test_a_byte_order_mark_from_a_pipe_is_dropped(
    px: Px, server: TestDevServer, end: bytes
) -> None:
    """As Windows puts it before a text; px says so."""
    done = px.run("secret", "create", "A", "--stdin", stdin=BOM + CANARY.encode() + end)

    assert (done.returncode, server.values()) == (0, {"A": CANARY})
    assert "warning: the byte-order mark (U+FEFF) before the value was removed\n" in done.stderr


def test_a_byte_order_mark_of_a_file_is_dropped(here: PxInProcess, server: TestDevServer) -> None:
    """The largest value still fits behind it."""
    (here.folder / "value").write_bytes(BOM + b"x" * 65_536)

    done = here.run("secret", "create", "A", "--from-file", "value")

    assert (done.returncode, server.values()) == (0, {"A": "x" * 65_536})
    assert "byte-order mark" in done.stderr


def test_a_byte_order_mark_at_the_prompt_is_dropped(px: Px, server: TestDevServer) -> None:
    """Pasted from a file of Windows."""
    child = px.terminal("secret", "create", "A")
    child.expect_exact("(hidden): ")
    child.send(f"\ufeff{CANARY}\r")
    child.expect_exact("successfully")

    assert server.values() == {"A": CANARY}


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le"])
@pytest.mark.parametrize("text", ["x", f"{CANARY}\r\n", f"{CANARY}-\u00fc\u20ac\U0001f512\n"])
def test_another_encoding_is_called_by_its_name(
    px: Px, server: TestDevServer, encoding: str, text: str
) -> None:
    """With a mark or without; and how to convert it."""
    data = text.encode(encoding)

    done = px.run("secret", "create", "A", "--stdin", stdin=data)

    assert (done.returncode, server.calls) == (2, [])
    assert "error: the value is UTF-16 or UTF-32 text" in done.stderr
    assert "iconv" in done.stderr


@pytest.mark.parametrize(
    ("end", "called"), [("\n", "LF"), ("\r\n", "CRLF"), ("\r", "CR"), ("\n\n", "LF")]
)
def test_a_kept_line_end_is_told(
    here: PxInProcess, server: TestDevServer, end: str, called: str
) -> None:
    """A file keeps every byte; px names the end, and the options that drop or keep it."""
    (here.folder / "value").write_bytes((CANARY + end).encode())

    kept = here.run("secret", "create", "KEPT", "--from-file", "value")
    quiet = here.run("secret", "create", "QUIET", "--from-file", "value", "--keep-newline")
    cut = here.run("secret", "create", "CUT", "--from-file", "value", "--strip-newline")

    assert f"ends with a line end ({called}), which is kept; --strip-newline" in kept.stderr
    assert not [done.stderr for done in (quiet, cut) if "warning" in done.stderr]
    left = end[:-2] if called == "CRLF" else end[:-1]
    assert server.values() == {
        "KEPT": CANARY + end,
        "QUIET": CANARY + end,
        "CUT": CANARY + left,
    }


def test_a_file_without_a_line_end_is_stored_without_a_word(here: PxInProcess) -> None:
    """Nothing to warn of."""
    (here.folder / "value").write_text(CANARY)

    done = here.run("secret", "create", "A", "--from-file", "value")

    assert "warning" not in done.stderr


@pytest.mark.parametrize("option", ["--strip-newline", "--keep-newline"])
def test_the_options_go_with_a_file(px: Px, server: TestDevServer, option: str) -> None:
    """stdin loses its last line end as ever."""
    done = px.run("secret", "create", "A", "--stdin", option, stdin=b"x")

    assert (done.returncode, server.calls) == (2, [])


def test_an_empty_stdin_is_told_as_that(px: Px, server: TestDevServer) -> None:
    """A variable of CI that is not set."""
    done = px.run("secret", "create", "A", "--stdin")

    assert (done.returncode, server.calls) == (2, [])
    assert done.stderr.startswith("error: stdin is empty; nothing was sent\nhint: ")


WEAK = ["x", "12345", "abcde", "production", "Production", "PRODUCTION", "123456", "true"]
WEAK += ["localhost", "us-east-1", "my-app", "password123", "2026-01-01", "127.0.0.1", "aaaaaaaa"]
WEAK += ["example.com", "http://localhost:8787"]
STRONG = [
    CANARY,
    "sk-live-51H8xq2",
    "Zx9!kkQ2",
    "correct horse battery staple",
    "AKIAIOSFODNN7EXAM",
]


@pytest.mark.parametrize("value", WEAK)
def test_a_short_or_common_value_is_warned_of(
    here: PxInProcess, server: TestDevServer, value: str
) -> None:
    """Redaction would replace it where it is ordinary text: px names the secret, not the value."""
    (here.folder / "x.env").write_text(f"B='{value}'\n")

    created = here.run("secret", "create", "A", "--value", value)
    imported = here.run("secret", "import", "x.env")

    for name, done in (("A", created), ("B", imported)):
        [line] = [one for one in done.stderr.splitlines() if "short or common" in one]
        assert line.startswith(f"warning: {name}: ")
        assert len(value) < 4 or value not in line
    assert server.values() == {"A": value, "B": value}


@pytest.mark.parametrize("value", STRONG)
def test_another_value_is_not(here: PxInProcess, value: str) -> None:
    """Nobody reads a warning that always comes."""
    (here.folder / "x.env").write_text(f"B='{value}'\n")

    assert "warning: B" not in here.run("secret", "import", "x.env").stderr


def test_many_short_values_are_one_warning(here: PxInProcess) -> None:
    """Five names and how many more."""
    (here.folder / "x.env").write_text("".join(f"N{number}=on\n" for number in range(9)))

    told = here.run("secret", "import", "x.env").stderr.splitlines()

    assert told[0].startswith("warning: N0, N1, N2, N3, N4 and 4 more: ")
    assert sum("warning" in line for line in told) == 1


def test_json_has_no_warnings(here: PxInProcess) -> None:
    """stderr is for errors there."""
    (here.folder / "x.env").write_text("A=on\nB=changeme\n")

    assert here.run("secret", "import", "x.env", "--json").stderr == ""


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("version https://git-lfs.github.com/spec/v1\noid sha256:4711\n", "Git LFS"),
        ("<!DOCTYPE html><html>4711</html>", "web page"),
        ("op://vault/4711/x", "1Password"),
        ("ENC[AES256_GCM,data:4711]", "encrypted"),
        ("your-token-here", "placeholder"),
        ("\u200bcanary-4711", "invisible"),
        ("canary\u200b-4711", "invisible"),
        ("\x1b[32mcanary-4711\x1b[0m", "control or invisible character"),
        (" canary-4711", "white space"),
        ("canary-4711\t\n", "white space"),
        ('"canary-4711"', "in quotes"),
        ("A=canary-4711\n", "begins with A="),
    ],
)
def test_a_value_that_is_hardly_meant_is_stored_with_a_warning(
    here: PxInProcess, server: TestDevServer, value: str, words: str
) -> None:
    """One value alone is what somebody chose: `create` stores what an import refuses."""
    (here.folder / "value").write_text(value)

    done = here.run("secret", "create", "A", "--from-file", "value", "--keep-newline")

    assert (done.returncode, server.values()) == (0, {"A": value})
    assert "warning: the value of A " in done.stderr
    assert words in done.stderr
    assert "4711" not in done.stderr


@pytest.mark.parametrize("content", [b"", b"# none\n\n", b"{}", b"\xef\xbb\xbf", b" \r\n"])
@pytest.mark.parametrize("command", ["import", "run"])
def test_nothing_given_is_no_success(
    px: Px, server: TestDevServer, content: bytes, command: str
) -> None:
    """An empty file, an empty stdin, comments alone: exit code 2."""
    words = ["secret", "import", "-"] if command == "import" else ["run", "--file", "-", "true"]

    done = px.run(*words, stdin=content)

    assert (done.returncode, server.calls) == (2, [])
    undone = "sent" if command == "import" else "run"
    assert done.stderr.startswith(
        f"error: there is no secret in stdin; nothing was {undone}\nhint: "
    )


@pytest.mark.parametrize("arguments", [["A=canary4711"], ["A", "canary4711"], ["canary-4711="]])
def test_a_value_on_the_command_line_is_not_repeated(
    px: Px, server: TestDevServer, arguments: list[str]
) -> None:
    """Not in the refusal either, which a log of CI would keep."""
    done = px.run("secret", "create", *arguments)

    assert (done.returncode, server.calls) == (2, [])
    assert "4711" not in done.stdout + done.stderr


def test_a_line_end_that_is_left_of_stdin_is_told(px: Px, server: TestDevServer) -> None:
    """One is dropped, a second is not."""
    done = px.run("secret", "create", "A", "--stdin", stdin=f"{CANARY}\n\n".encode())

    assert (done.returncode, server.values()) == (0, {"A": f"{CANARY}\n"})
    assert "ends with a second line end, which is kept" in done.stderr


def test_the_file_of_one_value_can_be_stdin(px: Px, server: TestDevServer) -> None:
    """`-`, as import and run have it: every byte."""
    done = px.run("secret", "create", "A", "--from-file", "-", stdin=f"{CANARY}\r\n".encode())

    assert (done.returncode, server.values()) == (0, {"A": f"{CANARY}\r\n"})
    assert "ends with a line end (CRLF), which is kept" in done.stderr


def test_a_byte_order_mark_of_an_argument_is_dropped(px: Px, server: TestDevServer) -> None:
    """As of every other source."""
    done = px.run("secret", "create", "A", "--value", f"\ufeff{CANARY}")

    assert (done.returncode, server.values()) == (0, {"A": CANARY})
