"""The Worker's code, watched."""

from __future__ import annotations

from pathlib import Path

from px.local.code import Code


def test_a_change_is_told_once_and_when_it_has_come_to_rest(tmp_path: Path) -> None:
    """Not while files are still being written, and not again afterwards."""
    code = Code(tmp_path)
    (tmp_path / "brains").mkdir()
    (tmp_path / "brains" / "new.py").write_text("a = 1\n")
    first = code.changed()
    (tmp_path / "brains" / "next.py").write_text("b = 1\n")

    assert [first, *(code.changed() for _ in range(4))] == [False, False, True, False, False]


def test_a_file_that_goes_is_a_change(tmp_path: Path) -> None:
    """A brain is taken out by deleting its file."""
    (tmp_path / "old.py").write_text("")
    code = Code(tmp_path)
    (tmp_path / "old.py").unlink()

    assert [code.changed(), code.changed()] == [False, True]


def test_what_python_writes_itself_is_no_change(tmp_path: Path) -> None:
    """Other files than code start nothing anew."""
    code = Code(tmp_path)
    (tmp_path / "entry.cpython-314.pyc").write_bytes(b"")

    assert [code.changed(), code.changed()] == [False, False]


def test_what_is_hidden_is_no_code(tmp_path: Path) -> None:
    """Such as an editor's own files, and a virtual environment."""
    code = Code(tmp_path, endings="")
    (tmp_path / ".entry.py.swp").touch()
    (tmp_path / ".venv").mkdir()
    (tmp_path / ".venv" / "a.py").touch()

    assert [code.changed(), code.changed()] == [False, False]
