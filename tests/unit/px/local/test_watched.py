"""A settings file that `px dev` watches."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from px.errors import Usage
from px.local.watched import Watched

Make = Callable[[Path], object]


def make_socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as one:
        one.bind(os.path.relpath(path))  # an absolute path may be too long for a socket


KINDS: dict[str, Make] = {
    "is a named pipe": os.mkfifo,
    "is a folder": Path.mkdir,
    "is a socket": make_socket,
    "is a device": lambda path: path.symlink_to(os.devnull),
    "cannot be read: too many levels of symbolic links": lambda path: path.symlink_to(path),
    "cannot be read: no such file or directory": lambda path: path.symlink_to("nowhere"),
}


def settled(file: Watched) -> bool:
    """Whether it changed, and came to rest."""
    return [file.changed() for _ in range(4)].count(True) == 1


@pytest.mark.parametrize(("said", "make"), KINDS.items(), ids=KINDS)
def test_what_is_no_regular_file_is_named_and_never_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: str, make: Make
) -> None:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / ".env.secrets"
    file = Watched(path)
    make(path)

    assert file.is_there
    with pytest.raises(Usage, match=rf"^\.env\.secrets {said}"):
        file.check()


def test_writing_to_a_pipe_is_no_change(tmp_path: Path) -> None:
    """A password manager serves it again and again."""
    path = tmp_path / ".env.secrets"
    os.mkfifo(path)
    file = Watched(path)
    os.utime(path)

    assert not any(file.changed() for _ in range(4))


def test_a_file_is_a_change_whatever_stood_there_before(tmp_path: Path) -> None:
    """And so is whatever takes its place."""
    path = tmp_path / ".env.secrets"
    file = Watched(path)
    for make in (os.mkfifo, lambda one: one.symlink_to(one), lambda one: one.symlink_to("/nope")):
        make(path)
        file.changed()
        path.unlink()
        path.write_text("A=1\n")

        assert settled(file)
        path.unlink()
        assert settled(file)


def test_new_access_a_new_target_and_a_replaced_folder_are_changes(tmp_path: Path) -> None:
    """None of them changes the file's size or date."""
    for name in ("one", "two"):
        folder = tmp_path / name
        folder.mkdir()
        (folder / "secrets").write_text("A=1\n")
        os.utime(folder / "secrets", (0, 0))
    data, path = tmp_path / "data", tmp_path / ".env.secrets"
    data.symlink_to("one")
    path.symlink_to("data/secrets")
    file = Watched(path)

    data.unlink()
    data.symlink_to("two")
    assert settled(file)
    (tmp_path / "two" / "secrets").chmod(0o600)
    assert settled(file)
    (tmp_path / "two").rename(tmp_path / "old")
    (tmp_path / "one").rename(tmp_path / "two")
    assert settled(file)
