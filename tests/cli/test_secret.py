"""`px secret create | list | exists | delete` without a terminal: streams and exit codes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from px.testing import faults
from px.testing.dev_server import TestDevServer
from support.px_process import CANARY, Px


def test_create_from_stdin(px: Px, server: TestDevServer) -> None:
    """A value from a pipe is stored, and px says so on stderr."""
    done = px.run("secret", "create", "A", "--stdin", stdin=CANARY.encode())

    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr.startswith("Secret created successfully!\n")
    assert server.values() == {"A": CANARY}


def test_an_update_says_so(px: Px, server: TestDevServer) -> None:
    """The second write of a name is called an update."""
    server.seed({"A": "old"})

    done = px.run("secret", "create", "A", "--stdin", stdin=CANARY.encode())

    assert done.stderr.startswith("Secret updated successfully!\n")


@pytest.mark.parametrize(
    ("sent", "stored"),
    [
        (b"v\n", "v"),
        (b"v\r\n", "v"),
        (b"v\n\n", "v\n"),
        (b"v\r\n\r\n", "v\r\n"),
        (b"v\r", "v\r"),
        (b" v ", " v "),
        (b"\n\n", "\n"),
        (b"x" * 65_536 + b"\n", "x" * 65_536),
        (b"x" * 65_536 + b"\r\n", "x" * 65_536),
        ("\U0001f512".encode(), "\U0001f512"),
    ],
)
def test_stdin_drops_exactly_one_line_end(
    px: Px, server: TestDevServer, sent: bytes, stored: str
) -> None:
    """Everything else arrives byte for byte."""
    px.run("secret", "create", "A", "--stdin", stdin=sent)

    assert server.values() == {"A": stored}


@pytest.mark.parametrize("content", [b"v\n", b"a\r\nb\r\n\n", b"x" * 65_536, '{"ü": 1}\n'.encode()])
def test_a_file_keeps_every_byte(
    px: Px, server: TestDevServer, tmp_path: Path, content: bytes
) -> None:
    """`--from-file` drops nothing."""
    (tmp_path / "value").write_bytes(content)

    px.run("secret", "create", "A", "--from-file", "value")

    assert server.values() == {"A": content.decode()}


def test_a_value_argument_works_and_warns(px: Px, server: TestDevServer) -> None:
    """`--value` is for those who know, and px says what it costs."""
    done = px.run("secret", "create", "A", "--value", CANARY)

    assert (done.returncode, "warning" in done.stderr) == (0, True)
    assert server.values() == {"A": CANARY}


@pytest.mark.parametrize(
    ("arguments", "stdin"),
    [
        (["A"], b"ignored"),
        (["A", "--stdin"], b""),
        (["A", "--stdin"], b"\n"),
        (["A", "--stdin"], b"\xff"),
        (["A", "--stdin"], b"x" * 65_537),
        (["A", "--stdin"], b"x" * 65_537 + b"\n"),
        (["A", "--stdin"], b"x\0"),
        (["A", "--stdin", "--value", "x"], b"x"),
        (["A", "--value", ""], b""),
        (["A", "--from-file", "missing"], b""),
        (["A", "--from-file", "/"], b""),
        (["9A", "--stdin"], b"x"),
        (["POSITRONIC_A", "--stdin"], b"x"),
        (["A" * 129, "--stdin"], b"x"),
        (["A", "B", "--stdin"], b"x"),
        (["--stdin"], b"x"),
        (["A", "--stdin", "--timeout", "soon"], b"x"),
        (["A", "--stdin", "--project", "No Project"], b"x"),
        (["A", "--stdin", "--nope"], b"x"),
    ],
)
def test_what_cannot_be_used_is_usage(
    px: Px, server: TestDevServer, arguments: list[str], stdin: bytes
) -> None:
    """px finds it before it sends anything: exit code 2 and a sentence."""
    done = px.run("secret", "create", *arguments, stdin=stdin)

    assert (done.returncode, done.stdout, server.calls) == (2, "", [])
    assert "error: " in done.stderr


def test_a_list_in_a_pipe_is_lines_with_tabs(px: Px, server: TestDevServer) -> None:
    """A script gets six fields a line, the name and two dates first, in name order, and no more."""
    server.seed({"B": "1", "A": "2"})

    done = px.run("secret", "list")

    assert [line.split("\t")[0] for line in done.stdout.splitlines()] == ["A", "B"]
    assert {len(line.split("\t")) for line in done.stdout.splitlines()} == {6}
    assert done.stderr == ""


def test_an_empty_list_has_a_tip(px: Px) -> None:
    """Nothing on stdout, and on stderr what to do next."""
    done = px.run("secret", "list")

    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr.startswith("No secrets found.\nTip: ")


def test_a_long_list_comes_back_whole(px: Px, server: TestDevServer) -> None:
    """2,500 secrets are listed, whatever the page size."""
    names = [f"N{number:04}" for number in range(2500)]
    server.seed(dict.fromkeys(names, "x"))

    found = json.loads(px.run("secret", "list", "--json").stdout)

    assert found["count"] == 2500
    assert [secret["name"] for secret in found["secrets"]] == names


def test_exists_answers_by_exit_code(px: Px, server: TestDevServer) -> None:
    """0 is yes, 1 is no, and the word is on stdout."""
    server.seed({"A": "x"})

    yes, no = px.run("secret", "exists", "A"), px.run("secret", "exists", "B")

    assert (yes.returncode, yes.stdout) == (0, "true\n")
    assert (no.returncode, no.stdout) == (1, "false\n")


def test_delete_needs_a_yes(px: Px, server: TestDevServer) -> None:
    """Without a terminal and without --yes nothing is deleted."""
    server.seed({"A": "x"})

    refused = px.run("secret", "delete", "A", stdin=b"y\n")

    assert (refused.returncode, "--yes" in refused.stderr) == (1, True)
    assert server.values() == {"A": "x"}


def test_delete_with_a_yes(px: Px, server: TestDevServer) -> None:
    """--yes deletes, and a second time there is nothing to delete."""
    server.seed({"A": "x"})

    codes = [px.run("secret", "delete", "A", "--yes").returncode for _ in range(2)]

    assert (codes, server.values()) == ([0, 1], {})


@pytest.mark.parametrize(
    ("arguments", "document"),
    [
        (["exists", "A"], {"name": "A", "exists": True}),
        (["delete", "A", "--yes"], {"name": "A", "deleted": True}),
    ],
)
def test_json_is_one_document(
    px: Px, server: TestDevServer, arguments: list[str], document: dict[str, object]
) -> None:
    """--json puts a document on stdout and nothing on stderr."""
    server.seed({"A": "x"})

    done = px.run("secret", *arguments, "--json")

    found = json.loads(done.stdout)
    assert (found | document, done.stderr) == (found, "")


def test_json_of_create_is_the_servers(px: Px) -> None:
    """The fields of the contract, and where it is stored."""
    done = px.run("secret", "create", "A", "--value", "x", "--json")

    fields = ["name", "createdAt", "updatedAt", "version", "sealedAt"]
    where = ["server", "environment", "project"]
    assert (list(json.loads(done.stdout)), done.stderr) == (fields + where, "")


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (faults.refusal(400, "invalid_request"), 1),
        (faults.refusal(409, "conflict"), 1),
        (faults.refusal(401, "unauthenticated"), 4),
        (faults.refusal(403, "forbidden"), 4),
        (faults.refusal(500, "corrupt_record"), 5),
        (faults.web_page(200), 5),
        (faults.web_page(404), 5),
        (faults.redirect("https://elsewhere.example.dev"), 5),
    ],
)
def test_exit_codes_tell_failures_apart(
    px: Px, server: TestDevServer, fault: faults.Fault, code: int
) -> None:
    """A script can tell a no from a wrong token and from a broken server; errors are JSON too."""
    server.fail_next(fault)

    done = px.run("secret", "list", "--json")

    assert (done.returncode, done.stdout) == (code, "")
    assert {"error", "code"} <= set(json.loads(done.stderr))


def test_a_server_that_is_down_is_not_reached(px: Px) -> None:
    """Exit code 3, with the address in the sentence, and what to do."""
    done = px.run("secret", "list", environment={"PX_URL": "http://127.0.0.1:9"})

    assert (done.returncode, done.stderr) == (
        3,
        "error: http://127.0.0.1:9 cannot be reached: connection refused\n"
        "hint: `px doctor` shows where this address comes from; `px dev` starts a local Worker\n",
    )


def test_a_server_that_hangs_is_not_reached(px: Px, server: TestDevServer) -> None:
    """--timeout ends the wait."""
    server.fail_next(faults.hang)

    assert px.run("secret", "list", "--timeout", "0.3").returncode == 3


def test_plain_http_to_others_is_usage(px: Px) -> None:
    """Nothing is sent, not even a look-up of the name."""
    done = px.run("secret", "list", environment={"PX_URL": "http://secrets.example.dev"})

    assert (done.returncode, "https" in done.stderr) == (2, True)


def test_no_server_at_all_is_usage(tmp_path: Path) -> None:
    """px says how to get one."""
    done = Px(tmp_path).run("secret", "list")

    assert (done.returncode, "px dev" in done.stderr) == (2, True)
