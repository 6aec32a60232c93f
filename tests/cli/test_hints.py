"""A hint that is followed to the letter leads to the server and the project that were named."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path
from typing import Final

import pytest

from px import invocation, tables
from px.api.secrets import Secret
from px.testing import faults
from px.testing.dev_server import TestDevServer
from support.command_tree import COMMANDS, LEAVES
from support.px_process import Px
from support.source import CLI, modules, relative

SUGGESTED: Final = re.compile(r"`px ([a-z][^`]*)`")
SPOKEN: Final = {"say", "data"}  # of px.terminal: what they say goes out as it is


def strings(path: Path) -> list[str]:
    """Every text in a module that is no docstring; what an f-string fills in is one word."""
    tree = ast.parse(path.read_text())
    documented = ast.Module | ast.FunctionDef | ast.ClassDef | ast.AsyncFunctionDef
    docs = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, documented) and node.body and isinstance(node.body[0], ast.Expr)
    }
    return [text for node in ast.walk(tree) if id(node) not in docs if (text := _text(node))]


def _text(node: ast.AST) -> str:
    if isinstance(node, ast.JoinedStr):
        parts = (_text(one) if isinstance(one, ast.Constant) else "X" for one in node.values)
        return "".join(parts)
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def suggested() -> set[str]:
    """Every px command that a text of px names."""
    return {
        found
        for path in modules(CLI)
        for text in strings(path)
        for found in SUGGESTED.findall(text)
    }


def takes(command: str, option: str) -> bool:
    words = command.split()
    path = max((tuple(words[:n]) for n in range(3) if tuple(words[:n]) in COMMANDS), key=len)
    return any(f"--{option}" in one.opts for one in COMMANDS[path].params)


def test_every_command_that_px_suggests_exists() -> None:
    """And there are some."""
    known = {" ".join(path) for path in COMMANDS if path}
    unknown = {
        one for one in suggested() if not {one, " ".join(one.split()[:2]), one.split()[0]} & known
    }

    assert len(suggested()) > 15
    assert unknown == set()


@pytest.mark.parametrize("path", LEAVES, ids=" ".join)
def test_a_suggested_command_repeats_just_the_flags_that_it_takes(path: tuple[str, ...]) -> None:
    """For every command of px, suggested today or not."""
    command = " ".join(path)
    invocation.begin()
    invocation.note_url("https://host.dev")
    invocation.note_project("shop")

    shown = invocation.repeat(f"run `px {command}` again")
    invocation.begin()

    assert (" --url https://host.dev" in shown) == takes(command, "url")
    assert (" --project shop" in shown) == takes(command, "project")
    assert invocation.repeat(f"run `px {command}` again") == f"run `px {command}` again"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("age -d FILE | px secret import -", "age -d FILE | px secret import - --project shop"),
        ("op read X | px run --file - -- CMD", "op read X | px run --file - -- CMD"),
        ("see `px secret list --help`", "see `px secret list --help`"),
    ],
)
def test_a_pipeline_repeats_them_and_help_does_not(text: str, shown: str) -> None:
    """What a file of another tool is turned into goes to the project that was named."""
    invocation.begin()
    invocation.note_project("shop")

    found = invocation.repeat(text)
    invocation.begin()

    assert found == shown


def test_nothing_that_names_a_command_goes_round_the_function() -> None:
    """Hints and tips pass `repeat`; what is only said must not name a px command."""
    bare = []
    for path in modules(CLI):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "attr", "") in SPOKEN:
                texts = [_text(one) for argument in node.args for one in ast.walk(argument)]
                bare += [relative(path) for text in texts if "`px " in text]

    assert bare == []


def test_a_hint_writes_commands_in_backticks() -> None:
    """Else `repeat` would not know them."""
    bare = []
    for path in modules(CLI):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.keyword) and node.arg == "hint":
                texts = [_text(one) for one in ast.walk(node.value)]
                bare += [text for text in texts if re.search(r"(?<!`)\bpx (?:[a-z]+ )?-", text)]
                names = "|".join({path[0] for path in COMMANDS if path} - {"run"})
                bare += [text for text in texts if re.search(rf"(?<!`)\bpx ({names})\b", text)]

    assert bare == []


def test_a_hint_repeats_url_and_project(tmp_path: Path, server: TestDevServer) -> None:
    """As a shell takes them, in talk and in JSON."""
    px = Px(tmp_path, {"PX_TOKEN": server.token})
    options = ("--url", server.url, "--project", "shop")
    server.fail_next(faults.cut, faults.cut)

    talk = px.run("token", "create", "ci", "--role", "reader", *options)
    document = px.run("token", "create", "ci", "--role", "reader", *options, "--json")

    flags = f"--url {server.url} --project shop"
    for hint in (talk.stderr, json.loads(document.stderr)["hint"]):
        assert f"`px token list {flags}`" in hint
        assert f"`px token revoke ID {flags}`" in hint


def test_a_tip_repeats_them_too(px: Px) -> None:
    """An empty list suggests the first secret of the project that was asked for."""
    px.run("token", "create", "first", "--role", "reader", "--project", "shop")
    done = px.run("secret", "list", "--project", "shop")

    assert "`px secret create NAME --project shop`" in done.stderr


def test_an_unreadable_entry_is_deleted_where_it_was_listed(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The hint below the list names the project of the list."""
    invocation.begin()
    invocation.note_project("shop")

    tables.secrets([Secret("?", "", "", is_unreadable=True)])
    invocation.begin()

    assert "`px secret delete NAME --project shop` removes one" in capsys.readouterr().err


def test_a_setting_of_the_environment_is_not_repeated(px: Px) -> None:
    """It is there for the next command, too."""
    assert "`px secret create NAME`" in px.run("secret", "list").stderr


@pytest.mark.parametrize("value", ["canary value", "--value", "$(canary)"])
def test_what_is_no_project_is_not_repeated(px: Px, value: str) -> None:
    """It may be a value in the wrong place."""
    done = px.run("secret", "list", f"--project={value}")

    assert done.returncode == 2
    assert value not in done.stderr


WRITES: Final = [
    "secret create A --value x",
    "secret import a.env",
    "secret delete A --yes",
    "secret rollback A --to 1",
    "secret destroy A --yes",
    "secret destroy A --version 1 --yes",
    "token create ci --role reader",
    "token revoke {token} --yes",
]


@pytest.mark.parametrize("line", WRITES)
def test_what_writes_says_where(px: Px, server: TestDevServer, line: str) -> None:
    """Server and project: on stderr for a person, as fields for a program."""
    server.seed({"A": "x"}, "shop")
    px.run("secret", "create", "A", "--value", "y", "--project", "shop")
    (px.folder / "a.env").write_text("A=1\n")
    made = px.run("token", "create", "old", "--role", "reader", "--project", "shop", "--json")
    words = line.format(token=json.loads(made.stdout)["id"]).split()

    found = json.loads(px.run(*words, "--project", "shop", "--json").stdout)

    assert (found["server"], found["project"]) == (server.url, "shop")


@pytest.mark.parametrize("line", WRITES[:-1])
def test_what_writes_tells_a_person_where(px: Px, server: TestDevServer, line: str) -> None:
    server.seed({"A": "x"}, "shop")
    px.run("secret", "create", "A", "--value", "y", "--project", "shop")
    (px.folder / "a.env").write_text("A=1\n")

    done = px.run(*line.split(), "--project", "shop")

    assert f"{server.url}, project shop\n" in done.stderr


@pytest.mark.parametrize(
    "line", ["secret delete A", "secret destroy A", "token revoke 0123456789abcdef"]
)
def test_a_question_names_server_and_project(px: Px, server: TestDevServer, line: str) -> None:
    """Before the answer, not after."""
    server.seed({"A": "x"}, "shop")
    px.run("secret", "create", "A", "--value", "y", "--project", "shop")
    child = px.terminal(*line.split(), "--project", "shop", dimensions=(24, 200))

    child.expect_exact(f"at {server.url}, project shop? [y/N]: ")
    child.sendline("n")
    child.wait()
