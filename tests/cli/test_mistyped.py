"""Mistyped commands: the word that px does not know, the nearest one, and never a value."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Final

import pytest

from px.commands.groups import LazyGroup, as_command
from px.commands.root import app
from px.testing.dev_server import TestDevServer
from support.px_in_process import PxInProcess

VALUE: Final = "Canary4711"
HISTORY: Final = "shell's history"
NO_VALUE: Final = "no command shows a value"

# What was typed, the word that px repeats (empty: none), and what it says or suggests.
MISTYPED: Final = [
    ("sercet list", "sercet", "`px secret`"),
    ("secrets list", "secrets", "`px secret`"),
    ("tokne create ci", "tokne", "`px token`"),
    ("brian run hello", "brian", "`px brain`"),
    ("kye list", "kye", "`px key`"),
    ("depoly", "depoly", "`px deploy`"),
    ("dcotor", "dcotor", "`px doctor`"),
    ("adit --since 24h", "adit", "`px audit`"),
    ("shcema secret list", "shcema", "`px schema`"),
    ("list", "list", "`px secret list`"),
    ("create A", "create", "`px secret create`"),
    ("rotate", "rotate", "`px key rotate`"),
    ("import x.env", "import", "`px secret import`"),
    ("ls", "ls", "`px secret list`"),
    ("init shop", "init", "`px new`"),
    ("secret crate A", "crate", "`px secret create`"),
    ("secret lsit", "lsit", "`px secret list`"),
    ("secret exits A", "exits", "`px secret exists`"),
    ("secret dlete A", "dlete", "`px secret delete`"),
    ("secret remove A", "remove", "`px secret delete`"),
    ("secret add A", "add", "`px secret create`"),
    ("secret undo A", "undo", "`px secret rollback`"),
    ("secret revoke 12", "revoke", "`px token revoke`"),
    ("token delete 12", "delete", "`px token revoke`"),
    ("grant delete shop", "delete", "`px grant remove`"),
    ("grant revoke shop", "revoke", "`px grant remove`"),
    ("grant create shop", "create", "`px grant add`"),
    ("target create fly", "create", "`px target add`"),
    ("target push fly", "push", "`px target sync`"),
    ("token craete ci", "craete", "`px token create`"),
    ("brain rnu hello", "rnu", "`px brain run`"),
    ("key rotat", "rotat", "`px key rotate`"),
    ("project exprot x", "exprot", "`px project export`"),
    ("audit verfy", "verfy", "`px audit verify`"),
    ("secret get A", "get", NO_VALUE),
    ("secret show A", "show", NO_VALUE),
    ("secret export", "export", "`px project export FILE`"),
    ("secret read A", "read", NO_VALUE),
    ("secret reveal A", "reveal", NO_VALUE),
    ("secret print A", "print", NO_VALUE),
    ("get A", "get", "`px secret exists NAME`"),
    ("token show 12", "show", "`px token list`"),
    ("secret list --josn", "--josn", "`--json`"),
    ("secret create A --form-file x", "--form-file", "`--from-file`"),
    ("secret create A --stdn", "--stdn", "`--stdin`"),
    (f"secret create A --vlaue {VALUE}", "--vlaue", HISTORY),
    (f"secret create A --vlaue={VALUE}", "--vlaue", HISTORY),
    (f"secret create A --value{VALUE}", "", "`px secret create --help`"),
    ("secret create A --expires 90d", "--expires", "`px secret policy`"),
    ("--json secret list", "--json", "after the command"),
    (f"secret create OPENAI_API_KEY={VALUE}", "OPENAI_API_KEY=", HISTORY),
    (f"secret set OPENAI_API_KEY={VALUE}", "OPENAI_API_KEY=", HISTORY),
    (f"secret create --API_KEY={VALUE}", "API_KEY=", HISTORY),
    (f"secret create A API_KEY={VALUE}", "API_KEY=", HISTORY),
    (f"secret API_KEY={VALUE}", "API_KEY=", HISTORY),
    (f"API_KEY={VALUE}", "API_KEY=", HISTORY),
    (f"secret delete API_KEY={VALUE}", "API_KEY=", HISTORY),
    (f"secret require B API_KEY={VALUE}", "API_KEY=", HISTORY),
    (f"secret create {VALUE}={VALUE}", "", "`px secret create NAME`"),
    (f"secret create A {VALUE}", "", HISTORY),
    (f"secret set A {VALUE}", "", HISTORY),
    (f"secret delete A {VALUE}", "", "`px secret delete --help`"),
    (f"secret {VALUE}", "", "`px secret --help`"),
    (VALUE, "", "`px --help`"),
    (f"secret create A --{VALUE}", "", "`px secret create --help`"),
    (f"secret create A -{VALUE}", "", "`px secret create --help`"),
]


@pytest.mark.parametrize(("line", "word", "said"), MISTYPED)
@pytest.mark.parametrize("form", [[], ["--json"]], ids=["talk", "json"])
def test_a_mistyped_command_is_answered_with_the_right_one(
    here: PxInProcess, server: TestDevServer, line: str, word: str, said: str, form: list[str]
) -> None:
    """Exit code 2, nothing is written, the unknown word is named, and no value is repeated."""
    done = here.run(*line.split(), *form)

    assert (done.returncode, done.stdout) == (2, "")
    assert word in done.stderr
    assert said in done.stderr
    assert VALUE.lower() not in done.stderr.lower()
    assert [call for call in server.calls if call.method != "GET"] == []


def test_there_are_at_least_forty() -> None:
    assert len({line for line, _, _ in MISTYPED}) >= 40


@pytest.mark.parametrize("value", ["c2VjcmV0dmFsdWU=", "JBSWY3DPEHPK3PXP====", "Server=db;Key=x"])
def test_a_value_with_an_equals_sign_is_no_name(here: PxInProcess, value: str) -> None:
    """base64 ends with it: what stands before it is the value."""
    done = here.run("secret", "create", value)

    assert done.returncode == 2
    assert value[:8] not in done.stderr


@pytest.mark.parametrize(
    "line",
    [
        "secret delete API_KEI --yes",
        "secret destroy API_KEI --yes",
        "secret history API_KEI",
        "secret policy API_KEI",
        "secret rollback API_KEI --to 1",
        "secret restore API_KEI",
        "secret uses API_KEI",
    ],
)
def test_a_mistyped_name_of_a_secret(
    here: PxInProcess, server: TestDevServer, tmp_path: Path, line: str
) -> None:
    """The nearest one that px last saw there; another project's is not suggested."""
    here = replace(here, environment={**here.environment, "HOME": str(tmp_path)})
    server.seed({"API_KEY": VALUE})
    here.run("secret", "list")

    done = here.run(*line.split())
    elsewhere = here.run(*line.split(), "--project", "other")

    assert (done.returncode, "did you mean `API_KEY`?" in done.stderr) == (1, True)
    assert "API_KEY" not in elsewhere.stderr


@pytest.mark.parametrize("command", ["run", "show"])
def test_a_mistyped_title_of_a_brain(
    with_brains: TestDevServer, here: PxInProcess, command: str
) -> None:
    """From the Worker's own list."""
    here = replace(here, environment=with_brains.environment)
    titles = [line.split("\t")[0] for line in here.run("brain", "list").stdout.splitlines()]

    done = here.run("brain", command, titles[0] + "x")

    assert f"did you mean `{titles[0]}`?" in done.stderr


def test_a_mistyped_name_of_a_schema(here: PxInProcess) -> None:
    assert "did you mean `secret list`?" in here.run("schema", "secret", "lsit").stderr


ALIASES: Final = [
    (("secret", alias), ("secret", name))
    for alias, name in {"ls": "list", "rm": "delete", "set": "create"}.items()
] + [
    (("token", "ls"), ("token", "list")),
    (("token", "rm"), ("token", "revoke")),
    (("grant", "ls"), ("grant", "list")),
    (("grant", "rm"), ("grant", "remove")),
    (("target", "ls"), ("target", "list")),
    (("target", "rm"), ("target", "remove")),
    (("key", "ls"), ("key", "list")),
    (("project", "ls"), ("project", "list")),
    (("brain", "ls"), ("brain", "list")),
]


@pytest.mark.parametrize(("alias", "command"), ALIASES, ids=lambda path: " ".join(path))
def test_an_alias_is_its_command(
    here: PxInProcess, alias: tuple[str, ...], command: tuple[str, ...]
) -> None:
    """The same options and schema; the group's help says so in a line, apart from the commands."""
    own, other = (here.run(*path, "--help").stdout for path in (alias, command))
    schemas = [here.run("schema", *path).stdout for path in (alias, command)]
    group = here.run(alias[0], "--help").stdout

    assert own.replace(" ".join(alias), " ".join(command), 1) == other
    assert schemas[0] == schemas[1] != ""
    assert f"{alias[1]} ({command[1]})" in group.partition("\nAliases: ")[2]


def test_every_alias_is_in_the_table() -> None:
    root = as_command(app)
    assert isinstance(root, LazyGroup)
    groups = {name: root.get_command(None, name) for name in root.modules}

    assert {
        (name, alias) for name, one in groups.items() for alias in getattr(one, "aliases", ())
    } == {alias for alias, _ in ALIASES}


def test_aliases_write_list_and_delete(here: PxInProcess, server: TestDevServer) -> None:
    """From set to rm, with the documents of their commands."""
    made = here.run("secret", "set", "A", "--value", "x", "--json")
    listed = here.run("secret", "ls", "--json")
    gone = here.run("secret", "rm", "A", "--yes", "--json")

    assert json.loads(made.stdout)["name"] == "A"
    assert json.loads(listed.stdout)["count"] == 1
    assert json.loads(gone.stdout)["deleted"] is True
    assert server.values() == {}


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("dev --port 99999", "--port is not valid: a number from 1 to 65535"),
        (f"dev --port {VALUE}", "--port is not valid: a number from 1 to 65535"),
        ("audit --limit 0", "--limit is not valid: a number that is at least 1"),
        (f"secret list --timeout {VALUE}", "--timeout is not valid"),
    ],
)
def test_what_a_number_may_be_is_said(here: PxInProcess, typed: str, said: str) -> None:
    done = here.run(*typed.split())
    assert (done.returncode, done.stderr.splitlines()[0]) == (2, f"error: {said}")
    assert VALUE not in done.stderr
