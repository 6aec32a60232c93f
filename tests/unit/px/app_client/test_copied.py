"""The client files that an app gets."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from px.app_client.copied import client_files
from px.errors import Refused

JAVASCRIPT = ["secrets.d.mts", "secrets.mjs"]


@pytest.mark.parametrize(
    ("there", "names"),
    [
        ([], JAVASCRIPT),
        (["index.ts"], JAVASCRIPT),
        (["main.py"], ["positronic_secrets.py"]),
        (["secrets.mjs"], JAVASCRIPT),
    ],
)
def test_by_the_language_of_the_app(tmp_path: Path, there: list[str], names: list[str]) -> None:
    """And once more, when they are there from before."""
    for name in there:
        (tmp_path / name).write_bytes(client_files(tmp_path).get(name, b""))

    assert sorted(client_files(tmp_path)) == names


@pytest.mark.parametrize("name", ["secrets.mjs", "secrets.d.mts"])
def test_somebody_elses_file_stays(tmp_path: Path, name: str) -> None:
    """A file of this name that px did not write is no client."""
    (tmp_path / name).write_text("export const own = 1;\n")

    with pytest.raises(Refused) as caught:
        client_files(tmp_path)

    assert caught.value.code == "file_exists"


def test_there_must_be_a_folder(tmp_path: Path) -> None:
    """px makes none: it may be mistyped."""
    with pytest.raises(Refused) as caught:
        client_files(tmp_path / "no" / "src")

    assert caught.value.code == "no_folder"


def test_the_types_name_what_the_script_has(tmp_path: Path) -> None:
    """Every class and method, and no other."""
    script, types = (
        client_files(tmp_path)[name].decode() for name in ("secrets.mjs", "secrets.d.mts")
    )
    found = re.findall(r"^export class (\w+)", script, re.MULTILINE)
    typed = re.findall(r"^export declare class (\w+)", types, re.MULTILINE)

    assert found == ["SecretsError", "Secrets"]
    assert sorted(typed) == sorted(found)
    methods = re.compile(r"^  (\w+)(?:<[^>]*>)?\([^)]*\)(?: \{|: Promise)", re.MULTILINE)
    assert {*methods.findall(types)} == {*methods.findall(script)} - {"constructor"}


def test_they_depend_on_nothing(tmp_path: Path) -> None:
    """No client imports more than its language has."""
    (tmp_path / "py").mkdir()
    (tmp_path / "py" / "main.py").touch()
    texts = {**client_files(tmp_path), **client_files(tmp_path / "py")}
    found = {
        line
        for text in texts.values()
        for line in text.decode().splitlines()
        if re.match(r"(?:import|from) ", line)
    }

    assert found == {
        "from __future__ import annotations",
        "from collections.abc import Sequence",
        "from typing import Any",
    }
