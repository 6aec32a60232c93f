"""Names and values as read from files, and the rules that turn them into secrets.

All problems are reported at once, by file, line and entry. Not by name: a line of a PEM key can
look like NAME=, and a JSON object may have its names and values swapped.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from positronic.errors import PositronicError
from positronic.names import Name, Value, parse_name, parse_value
from px.errors import Detail, Usage
from px.files import doubtful


@dataclass(frozen=True, slots=True)
class Assignment:
    """A name and its value, both unchecked.

    `index`: which entry of a JSON object, from 0. `quoted`: whether it was in quotes.
    """

    line: int
    name: str = field(repr=False)  # part of a key can look like a name
    value: str | None = field(repr=False)
    index: int | None = None
    quoted: bool = True


Item = Assignment | Detail  # an item, or why the line is invalid


@dataclass(frozen=True, slots=True)
class Reading:
    """One file's items, in order. `file`: its name in messages, if there are several."""

    items: Iterable[Item]
    file: str | None = None


def check(
    readings: Sequence[Reading], remarks: list[Detail] | None = None
) -> list[tuple[Name, Value]]:
    """The secrets of all files, in order, without duplicates. Raises Usage with all problems.

    `remarks` gets the warnings about values.
    """
    secrets: dict[Name, Value] = {}
    first_seen: dict[str, str] = {}
    problems: list[Detail] = []
    for reading in readings:
        for item in reading.items:
            problem = _take(item, reading, secrets, first_seen)
            if problem is not None:
                problems.append(replace(problem, file=reading.file))
            elif remarks is not None and (remark := _remark(item)):
                remarks.append(replace(remark, file=reading.file))
    files = {problem.file for problem in problems} - {None}
    refuse(problems, "the import" if files else "the file")
    return list(secrets.items())


def refuse(problems: Sequence[Detail], what: str = "the file") -> None:
    """Raises Usage if there are any problems."""
    if problems:
        count = "one problem" if len(problems) == 1 else f"{len(problems)} problems"
        if all(problem.index is None for problem in problems):
            count = "a line" if len(problems) == 1 else f"{len(problems)} lines"
        raise Usage(
            f"{what} has {count} that px cannot read; nothing was sent",
            code="invalid_file",
            details=problems,
        )


def _take(
    item: Item, reading: Reading, secrets: dict[Name, Value], first_seen: dict[str, str]
) -> Detail | None:
    if isinstance(item, Detail):
        return item
    if item.name in first_seen:
        return Detail(
            "duplicate_name",
            f"repeats the name of {first_seen[item.name]}",
            line=item.line,
            index=item.index,
        )
    first_seen[item.name] = _position(item, reading)
    if not item.value:
        error = "has no value: fill it in, or remove the line"
        return Detail("invalid_value", error, line=item.line, index=item.index)
    if words := doubtful.refused(item.value, quoted=item.quoted):
        return Detail("doubtful_value", f"the value {words}", line=item.line, index=item.index)
    try:
        secrets[parse_name(item.name)] = parse_value(item.value)
    except PositronicError as error:
        return Detail(error.code, error.message, line=item.line, index=item.index)
    return None


def _remark(item: Item) -> Detail | None:
    words = doubtful.odd(item.value) if isinstance(item, Assignment) and item.value else ""
    if not words:
        return None
    return Detail("doubtful_value", f"the value {words}", line=item.line, index=item.index)


def _position(item: Assignment, reading: Reading) -> str:
    entry = "" if item.index is None else f", entry {item.index + 1}"
    file = "" if reading.file is None else f"{reading.file} "
    return f"{file}line {item.line}{entry}"
