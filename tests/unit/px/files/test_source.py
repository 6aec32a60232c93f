"""Several files as one import: which format each has, and what stands in two of them."""

from __future__ import annotations

import os
import threading
from collections.abc import Mapping
from pathlib import Path

import pytest

from px.errors import Usage
from px.secrets import import_secrets as importing
from px.sources import text

FILES = {
    "a.env": b"A=1\nB=2\n",
    "b.json": b'{"C": "3",\n"D": "4"}',
    "json.txt": b' \n{"E": "5"}',
    "dotenv.json5": b"F={1}\n",
    "again.env": b"X=1\nB=2\n",
    "again.json": b'{"X": "1", "D": "4"}',
}


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name, data in FILES.items():
        (tmp_path / name).write_bytes(data)


def read(*names: str, form: str | None = None) -> Mapping[str, str]:
    return {name: value.reveal() for name, value in importing.read_files(names, form)}


@pytest.mark.usefixtures("files")
def test_files_are_read_in_order_and_each_in_its_format() -> None:
    """A name's end or a content that begins with { makes it JSON."""
    found = read("b.json", "a.env", "json.txt", "dotenv.json5")

    assert list(found) == ["C", "D", "A", "B", "E", "F"]
    assert found["F"] == "{1}"


@pytest.mark.usefixtures("files")
@pytest.mark.parametrize(("name", "form"), [("b.json", "dotenv"), ("a.env", "json")])
def test_a_format_that_is_named_is_used(name: str, form: str) -> None:
    """--format is not second-guessed."""
    with pytest.raises(Usage):
        read(name, form=form)


@pytest.mark.usefixtures("files")
@pytest.mark.parametrize(
    ("names", "file", "words"),
    [
        (["a.env", "again.env"], "again.env", "repeats the name of a.env line 2"),
        (["b.json", "again.json"], "again.json", "repeats the name of b.json line 2, entry 2"),
        (["again.json", "b.json"], "b.json", "repeats the name of again.json line 1, entry 2"),
        (["a.env", "a.env"], "a.env", "repeats the name of a.env line 1"),
    ],
)
def test_a_name_in_two_files_is_refused(names: list[str], file: str, words: str) -> None:
    """Both places are named: px does not choose between two values."""
    with pytest.raises(Usage) as caught:
        read(*names)

    assert caught.value.details[0].file == file
    assert caught.value.details[0].error == words


@pytest.mark.usefixtures("files")
def test_the_problems_of_all_files_are_listed_at_once() -> None:
    """One refusal names every wrong line of every file."""
    Path("x.env").write_text("A\n=\n")
    Path("y.json").write_text('{"B": 1}')

    with pytest.raises(Usage) as caught:
        read("x.env", "y.json", "a.env")

    assert [(one.file, one.line) for one in caught.value.details] == [
        ("x.env", 1),
        ("x.env", 2),
        ("y.json", 1),
    ]


@pytest.mark.usefixtures("files")
def test_the_file_that_is_unusable_is_named_by_place() -> None:
    """What was typed for a file that is none may be a value; its number is not."""
    with pytest.raises(Usage, match=r"^file 2 of 3 cannot be read") as caught:
        read("a.env", "canary", "b.json")

    assert "canary" not in caught.value.message


@pytest.mark.usefixtures("files")
def test_a_name_cannot_steer_the_terminal() -> None:
    """A file's name is shown without its control characters."""
    Path("x\x1b[31m.env").write_text("A\n")

    with pytest.raises(Usage) as caught:
        read("a.env", "x\x1b[31m.env")

    assert caught.value.details[0].file == "x\\x1b[31m.env"


@pytest.mark.usefixtures("files")
def test_stdin_is_read_once() -> None:
    """A second - would find nothing, and is refused before anything is read."""
    with pytest.raises(Usage, match="stdin can only be given once"):
        read("-", "a.env", "-")


@pytest.mark.usefixtures("files")
def test_the_deploy_file_is_refused_beside_others() -> None:
    """One of several files being .env.deploy refuses them all."""
    Path(".env.deploy").write_text("A=1\n")
    Path("link.json").symlink_to(".env.deploy")

    for name in (".env.deploy", "link.json"):
        with pytest.raises(Usage, match="never imported"):
            read("a.env", name)


@pytest.mark.usefixtures("files")
@pytest.mark.parametrize("name", [".dev.vars", ".dev.vars.staging", "link.env", "hard.env"])
def test_the_local_workers_own_keys_are_refused(name: str) -> None:
    Path(".px").mkdir()
    Path(".dev.vars").write_text("MASTER_KEYS=canary\n")
    Path(".dev.vars.staging").write_text("MASTER_KEYS=canary\n")
    Path("link.env").symlink_to(".dev.vars")
    Path("hard.env").hardlink_to(".dev.vars")

    with pytest.raises(Usage, match="the local Worker's own keys and is never imported"):
        read(name)


@pytest.mark.usefixtures("files")
def test_those_of_another_worker_are_imported() -> None:
    """Of a project that moves to px."""
    Path("other").mkdir()
    Path("other/.dev.vars").write_text("A=1\n")
    Path("other/hard.env").hardlink_to("other/.dev.vars")

    read("other/.dev.vars")
    read("other/hard.env")


@pytest.mark.usefixtures("files")
def test_a_file_has_a_size_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is larger is refused, and no more than the limit is read of it."""
    monkeypatch.setattr(text, "MAX_FILE", 5)

    with pytest.raises(Usage, match="more than 5 bytes"):
        read("a.env")


def test_an_assignment_shows_no_value() -> None:
    """Neither a line that was read nor an error that names it holds the value."""
    [item] = text.parse(b"A=canary\n")

    assert "canary" not in repr(item)


def test_a_link_that_points_at_itself_is_refused_in_words(tmp_path: Path) -> None:
    """Also where px looks whether it is `.env.deploy` by another name."""
    path = tmp_path / "loop.env"
    path.symlink_to(path)

    with pytest.raises(Usage, match="cannot be read: too many levels of symbolic links"):
        importing.read_files([str(path)])


def test_a_pipe_is_read_unless_a_regular_file_is_wanted(tmp_path: Path) -> None:
    """What may be read again is never waited for."""
    path = tmp_path / "pipe.env"
    os.mkfifo(path)

    with pytest.raises(Usage, match="cannot be read: it is a named pipe, not a regular file"):
        importing.read_file(path, regular=True)
    writer = threading.Thread(target=path.write_text, args=["A=1\n"])
    writer.start()
    assert [name for name, _ in importing.read_file(path)] == ["A"]
    writer.join()
