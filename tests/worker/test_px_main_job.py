"""px against the real Worker: values arrive byte for byte, dates survive, long lists are whole."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from pexpect import EOF

from support.px_process import Px
from worker.main_worker import ProjectApi

PEM = "-----BEGIN KEY-----\r\n" + "MIIEvQIBADANBg+/=\r\n" * 160 + "-----END KEY-----\r\n"
ONE_LINE = {
    "EMOJI": "🔑👩🏽\u200d🚀",
    "COMPACT_JSON": json.dumps({"a": [1, None, "q\"'\\ $HOME #"], "é": "🔑"}),
    "SPACES": "  spaces  stay  ",
    "LARGEST": "x" * 65_536,
    "LARGEST_EMOJI": "🔑" * 16_384,
}
VALUES = ONE_LINE | {
    "PEM": PEM,
    "JSON": json.dumps({"a": [1, None, "q\"'\\ $HOME #"], "é": "🔑"}, indent=2),
    "TWO_NEWLINES": "value\n\n",
    "TAB": "a\ttab\t",  # none at the prompt: a control character is refused there
}


@pytest.mark.parametrize("name", VALUES)
def test_stdin(px: Px, api: ProjectApi, name: str) -> None:
    """A value and one line feed on stdin are sealed as the value, byte for byte."""
    value = VALUES[name].encode()

    done = px.run("secret", "create", name, "--stdin", stdin=value + b"\n")

    assert (done.returncode, done.stdout) == (0, "")
    assert "Secret created successfully!" in done.stderr.splitlines()
    assert api.open_on_cpython(name) == value


@pytest.mark.parametrize("name", VALUES)
def test_file(px: Px, api: ProjectApi, tmp_path: Path, name: str) -> None:
    """A file is sealed with every byte that it has."""
    (tmp_path / "value").write_bytes(VALUES[name].encode())

    done = px.run("secret", "create", name, "--from-file", "value")

    assert done.returncode == 0
    assert api.open_on_cpython(name) == VALUES[name].encode()


@pytest.mark.parametrize("name", ONE_LINE)
def test_prompt(px: Px, api: ProjectApi, name: str) -> None:
    """A line typed at the hidden prompt is sealed byte for byte and is not shown."""
    child = px.terminal("secret", "create", name)
    child.expect_exact(f"Value of {name} (hidden): ")

    child.send(VALUES[name] + "\r")
    child.expect(EOF)
    child.close()

    assert child.exitstatus == 0
    said = str(child.before)
    assert "\r\nSecret created successfully!\r\n" in said
    assert VALUES[name] not in said
    assert api.open_on_cpython(name) == VALUES[name].encode()


def single_quoted(value: str) -> str:
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"


def double_quoted(value: str) -> str:
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def escaped(value: str) -> str:
    """On one line, with the dialect's escapes."""
    return double_quoted(value).replace("\r", "\\r").replace("\n", "\\n").replace("\t", "\\t")


@pytest.mark.parametrize("quote", [single_quoted, double_quoted, escaped])
def test_import(px: Px, api: ProjectApi, tmp_path: Path, quote: Callable[[str], str]) -> None:
    """Every value of a dotenv file is sealed byte for byte, in each way to quote it."""
    lines = [f"{name}={quote(value)}\n" for name, value in VALUES.items()]
    (tmp_path / "x.env").write_bytes("".join(lines).encode())

    done = px.run("secret", "import", "x.env")

    created = len(VALUES)
    assert done.returncode == 0
    assert f"Imported {created} secrets: {created} created, 0 updated" in done.stderr.splitlines()
    opened = {name: api.open_on_cpython(name) for name in VALUES}
    assert opened == {name: value.encode() for name, value in VALUES.items()}


def listed(px: Px) -> Mapping[str, tuple[str, str]]:
    """What `px secret list` says in a pipe: created and updated, by name."""
    lines = px.run("secret", "list").stdout.splitlines()
    return {name: (made, new) for name, made, new, *_ in (line.split("\t") for line in lines)}


def test_created_at_survives(px: Px, tmp_path: Path) -> None:
    """createdAt stays through an update by `create` and one by `import`; updatedAt moves on."""
    px.run("secret", "create", "A", "--stdin", stdin=b"one")
    created, first = listed(px)["A"]
    (tmp_path / "x.env").write_text("A=three\n")

    told = px.run("secret", "create", "A", "--stdin", stdin=b"two").stderr
    second = listed(px)["A"]
    px.run("secret", "import", "x.env")
    third = listed(px)["A"]

    assert "Secret updated successfully!" in told.splitlines()
    assert created == first
    assert (second[0], third[0]) == (created, created)
    assert first < second[1] < third[1]


def test_2500_secrets(px: Px, tmp_path: Path) -> None:
    """2,500 secrets go in as one file and come back whole and sorted, piped and with --json."""
    names = [f"{'ABab_'[number % 5]}{number:04}" for number in range(2500)]
    (tmp_path / "x.env").write_text("".join(f"{name}=value-{name}\n" for name in names))

    told = json.loads(px.run("secret", "import", "x.env", "--json").stdout)
    piped = px.run("secret", "list").stdout.splitlines()
    document = json.loads(px.run("secret", "list", "--json").stdout)

    assert told.items() >= {("imported", 2500), ("created", 2500), ("updated", 0)}
    assert [line.split("\t")[0] for line in piped] == sorted(names)
    assert [secret["name"] for secret in document["secrets"]] == sorted(names)
    assert document["count"] == 2500
