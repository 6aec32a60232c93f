"""Which secrets are required, by a person, a file or the project's code, and which are missing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from positronic.errors import PositronicError
from positronic.names import Name, parse_name
from px.errors import Detail, PxError, Usage
from px.files.assignments import Assignment, refuse

if TYPE_CHECKING:
    from px.api.secrets import Secret, Secrets
    from px.declared.code import Declared, Place
    from px.project.workspace import Workspace

EXAMPLE: Final = ".env.secrets.example"


def required_names(
    names: Sequence[str], file: str | None, code: Declared | None = None
) -> list[Name]:
    """The names typed by the user, then the file's, then the code's, each once.

    Raises Usage, InvalidName.
    """
    found = [parse_name(name) for name in names]
    found += [] if file is None else _of_file(Path(file))
    found += [] if code is None else [Name(name) for name in code.required]
    if not found and code is None:
        raise Usage(
            "no names were given", hint="give names, a file with --from, or use --project-code"
        )
    return list(dict.fromkeys(found))


def stored(secrets: Secrets, wanted: Iterable[Name]) -> dict[Name, Secret]:
    """Those of the names that the server lists as readable, from a single request."""
    listed = {secret.name: secret for secret in secrets.list() if not secret.is_unreadable}
    return {name: listed[name] for name in wanted if name in listed}


def lacking(secrets: Secrets, code: Declared) -> dict[str, list[Place]]:
    """What the code asks for and the server lacks, each with its places.

    It asks for one name after the other, since a deployer may not list them.
    """
    return {
        name: places for name, places in code.required.items() if not _is_there(secrets, Name(name))
    }


def _is_there(secrets: Secrets, name: Name) -> bool:
    """Also one that has expired, or whose key is missing: neither is put right by another one."""
    try:
        return secrets.exists(name)
    except PxError as error:
        if error.code not in ("secret_expired", "unknown_key", "corrupt_record"):
            raise
        return error.code != "corrupt_record"


def asked(found: Mapping[str, Sequence[Place]]) -> list[Detail]:
    """A line for each place that asks."""
    return [
        Detail("missing_secret", f"asks for {name}", name=name, file=place.file, line=place.line)
        for name, places in found.items()
        for place in places
    ]


def example_names(project: Workspace) -> list[Name]:
    """What the project's .env.secrets.example names. Raises Usage for a file that is not valid."""
    path = project.root / EXAMPLE
    return _of_file(path) if path.exists() else []


def _of_file(path: Path) -> list[Name]:
    """Only the names: an example file has no values."""
    from px.sources.file import read_path
    from px.sources.text import parse

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
