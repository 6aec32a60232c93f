"""Which secrets are required, and which of them are missing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from positronic.errors import PositronicError
from positronic.names import Name, parse_name
from px.api.secrets import Secret, Secrets
from px.errors import Detail, Usage
from px.files.assignments import Assignment, refuse


def required_names(names: Sequence[str], file: str | None) -> list[Name]:
    """The names typed by the user, then the file's, each once. Raises Usage, InvalidName."""
    found = [parse_name(name) for name in names]
    found += [] if file is None else _of_file(Path(file))
    if not found:
        raise Usage("no names were given", hint="give names, or a file with --from")
    return list(dict.fromkeys(found))


def stored(secrets: Secrets, wanted: Iterable[Name]) -> dict[Name, Secret]:
    """Those of the names that the server lists as readable, from a single request."""
    listed = {secret.name: secret for secret in secrets.list() if not secret.is_unreadable}
    return {name: listed[name] for name in wanted if name in listed}


def _of_file(path: Path) -> list[Name]:
    """Only the names: an example file has no values."""
    from px.secrets.import_source import parse, read_path

    names: list[Name] = []
    problems: list[Detail] = []
    for item in parse(read_path(path), name=path.name):
        if isinstance(item, Assignment):
            try:
                names.append(parse_name(item.name))
            except PositronicError as error:
                problems.append(Detail(error.code, error.message, line=item.line, index=item.index))
        else:
            problems.append(item)
    refuse(problems)
    return names
