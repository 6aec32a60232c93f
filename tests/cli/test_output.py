"""What px shows: on a narrow terminal, with NO_COLOR, and from a server that means harm."""

from __future__ import annotations

from pathlib import Path

import pytest
from pexpect import EOF

from positronic.names import parse_name, parse_token_name, parse_value
from px.api.client import Client
from px.api.secrets import Secrets
from px.api.tokens import Tokens
from px.settings import make_target
from px.testing.dev_server import TestDevServer
from support.command_tree import LEAVES
from support.px_process import Px
from support.tainted import tainted

WIDTH = 40
TABLES = [
    "secret list",
    "secret list --deleted",
    "secret history A",
    "token list",
    "audit",
    "key list",
]

# What every command says when it can; the others are called bare.
ARGUMENTS = {
    "secret create": "B --value x",
    "secret exists": "A",
    "secret uses": "A",
    "secret delete": "A --yes",
    "secret history": "A",
    "secret rollback": "A --to 1",
    "secret restore": "DELETED",
    "secret destroy": "A --yes",
    "secret import": "x.env --dry-run",
    "token create": "ci --role reader",
    "token revoke": "0123456789abcdef --yes",
    "spec": "$PX_URL --level seed --only secrets.create",
}


@pytest.fixture
def filled(px: Px, server: TestDevServer) -> Px:
    """Secrets with a long name, a deleted one, tokens and events."""
    target = make_target(server.url, server.token)
    with Client(target) as client:
        for name in ("A_LONG_NAME_OF_SOME_SECRET", "A"):
            Secrets(client).create(parse_name(name), parse_value("x"))
        Secrets(client).create(parse_name("DELETED"), parse_value("x"))
        Secrets(client).delete("DELETED")
        Tokens(client).issue(parse_token_name("a rather long name"), "reader", 7_776_000)
    (px.folder / "x.env").write_text("A=1\n")
    return px


def shown(px: Px, command: str, width: int) -> str:
    child = px.terminal(*command.split(), dimensions=(24, width))
    child.expect(EOF)
    child.close()
    return child.before or ""


@pytest.mark.parametrize("command", TABLES)
def test_a_narrow_terminal_gets_blocks(filled: Px, command: str) -> None:
    """At 40 columns no line is broken by the terminal, and each says what it is."""
    lines = shown(filled, command, WIDTH).split("\r\n")

    assert max(map(len, lines)) <= WIDTH
    assert any(line.startswith("  ") for line in lines)


@pytest.mark.parametrize("command", TABLES)
def test_a_wide_terminal_gets_a_table(filled: Px, command: str) -> None:
    """A head and a line for each."""
    lines = shown(filled, command, 120).split("\r\n")

    assert [line for line in lines if line.isupper() or "(UTC)" in line]
    assert not [line for line in lines if line.startswith("  ")]


@pytest.mark.parametrize("command", TABLES)
def test_no_terminal_and_no_color_change_nothing(filled: Px, command: str) -> None:
    """px sends no colour anywhere, whatever the environment says."""
    plain = shown(filled, command, 80)
    filled.environment |= {"NO_COLOR": "1"}
    quiet = shown(filled, command, 80)
    filled.environment |= {"FORCE_COLOR": "1", "CLICOLOR_FORCE": "1"}
    forced = shown(filled, command, 80)

    assert plain == quiet == forced
    assert "\x1b" not in plain


@pytest.mark.parametrize("path", LEAVES, ids=" ".join)
def test_a_server_cannot_steer_the_terminal(
    filled: Px, server: TestDevServer, path: tuple[str, ...]
) -> None:
    """Control characters in its answers reach neither a terminal nor a pipe, in any command."""
    words = ARGUMENTS.get(" ".join(path), "").replace("$PX_URL", server.url).split()
    server.fail_next(*[tainted] * 40)

    done = filled.run(*path, *words)

    said = done.stdout + done.stderr
    assert not [sign for sign in said if not (sign.isprintable() or sign in "\n\t")]


@pytest.mark.parametrize("text", [b"v\r\n", b"v\n", b"v"])
def test_windows_line_ends(px: Px, server: TestDevServer, tmp_path: Path, text: bytes) -> None:
    """stdin drops one line end of either kind; a dotenv file's are none of its values."""
    (tmp_path / "x.env").write_bytes(b'B=1\r\nC="two\r\nlines"\r\n')
    px.run("secret", "create", "A", "--stdin", stdin=text)
    px.run("secret", "import", "x.env")

    assert (server.values()["A"], server.values()["B"]) == ("v", "1")
