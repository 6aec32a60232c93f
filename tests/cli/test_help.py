"""Every command explains itself."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from support.command_tree import COMMANDS, GROUPS, LEAVES
from support.px_process import Px
from support.source import ROOT

PATHS = list(COMMANDS)
DOCS = (ROOT / "docs" / "commands.md").read_text()


def section(path: tuple[str, ...]) -> str:
    """What docs/commands.md says of a command."""
    heading = f"\n### {' '.join(['px', *path])}\n"
    assert heading in DOCS
    return re.split(r"\n##+ ", DOCS.partition(heading)[2])[0]


@pytest.mark.parametrize("path", PATHS, ids=" ".join)
def test_every_command_has_help_with_an_example(tmp_path: Path, path: tuple[str, ...]) -> None:
    """--help works without a server and shows how the command is used."""
    done = Px(tmp_path).run(*path, "--help")

    assert (done.returncode, done.stderr) == (0, "")
    assert f"Example: {' '.join(['px', *path])}" in done.stdout
    assert "\x1b" not in done.stdout


@pytest.mark.parametrize("path", PATHS[1:], ids=" ".join)
def test_every_command_has_an_example_above_it(tmp_path: Path, path: tuple[str, ...]) -> None:
    """The help of px, and of a group, shows how each of its commands is called."""
    above = Px(tmp_path).run(*path[:-1], "--help").stdout

    examples = above.partition("\nExamples:\n")[2]
    assert f"  px {' '.join(path)}" in examples


@pytest.mark.parametrize("path", PATHS, ids=" ".join)
def test_every_command_is_documented_where_it_is_written(path: tuple[str, ...]) -> None:
    """Its docstring is its help, with an example."""
    callback = COMMANDS[path].callback

    assert callback is not None
    assert "Example: px" in (callback.__doc__ or "")


@pytest.mark.parametrize("path", PATHS, ids=" ".join)
def test_every_command_is_in_the_docs(path: tuple[str, ...]) -> None:
    """docs/commands.md names each command and each group."""
    assert " ".join(["px", *path]) in DOCS


@pytest.mark.parametrize("path", LEAVES, ids=" ".join)
def test_every_option_is_in_the_docs(path: tuple[str, ...]) -> None:
    """The command's part of docs/commands.md names its options, and none that it does not have."""
    named = set(re.findall(r"`(--[a-z-]+)", section(path)))
    own = {word for one in COMMANDS[path].params for word in one.opts if word.startswith("--")}
    elsewhere = {word for one in COMMANDS[path].params for word in one.secondary_opts}

    if "--url" in named:  # the table of shared options says that these come with it
        named |= {"--env", "--local", "--remote"} & own
    assert own - named - {"--help"} == set()
    assert named - own - elsewhere == set()


@pytest.mark.parametrize("path", LEAVES, ids=" ".join)
def test_every_command_speaks_json(tmp_path: Path, path: tuple[str, ...]) -> None:
    """--json is everywhere."""
    assert "--json" in Px(tmp_path).run(*path, "--help").stdout


@pytest.mark.parametrize("path", GROUPS, ids=" ".join)
def test_a_group_alone_shows_its_help(tmp_path: Path, path: tuple[str, ...]) -> None:
    """`px secret` is a question, answered on stderr with the exit code of usage."""
    done = Px(tmp_path).run(*path)

    assert (done.returncode, done.stdout, "Commands:" in done.stderr) == (2, "", True)


@pytest.mark.parametrize("path", GROUPS, ids=" ".join)
def test_no_command_is_described_with_half_a_sentence(
    tmp_path: Path, path: tuple[str, ...]
) -> None:
    """On a terminal of 80 columns, what each command does is read to its end."""
    shown = Px(tmp_path, {"COLUMNS": "80"}).run(*path, "--help").stdout

    commands = shown.partition("\nCommands:\n")[2].splitlines()
    assert commands
    assert [line for line in commands if line.endswith("...")] == []
