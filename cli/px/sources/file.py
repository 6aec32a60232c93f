"""A file, read whole."""

from __future__ import annotations

from pathlib import Path

from px.files.assignments import Reading
from px.files.regular import open_regular
from px.files.typed_path import unnamed
from px.project import private_files
from px.sources import text
from px.sources.deploy_file import refuse_deploy_file
from px.sources.source import SourceOptions


class FileSource:
    """A name that the user typed, which may be a value: it is shown once the file was read."""

    def __init__(self, name: str, options: SourceOptions) -> None:
        self._name = name
        self._form = options.form

    def read(self, number: int, count: int) -> Reading:
        from px.terminal import printable

        if count == 1:
            data = read_path(Path(self._name))
            return Reading(text.parse(data, self._form, name=self._name))
        data = read_path(Path(self._name), f"file {number} of {count}")
        label = printable(self._name)  # safe to show: it names a file
        return Reading(text.parse(data, self._form, name=self._name, what=label), label)


def read_path(path: Path, what: str = "the file", *, regular: bool = False) -> bytes:
    """A file's bytes. Raises Usage without its name, as the user may have typed a value.

    `regular` refuses a named pipe, which blocks until somebody writes to it.
    """
    with unnamed(what, "invalid_file"):
        refuse_deploy_file(path)
        if private_files.is_private(path):
            data = private_files.read_typed(path, text.MAX_FILE + 1)
        else:
            with open(path, "rb", opener=open_regular if regular else None) as file:
                data = file.read(text.MAX_FILE + 1)
    return text.bounded(data, what)
