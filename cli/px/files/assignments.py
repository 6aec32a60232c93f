"""Names and values as read from files, and the rules that turn them into secrets.

All problems are reported at once, by file, line and entry. Not by name: a line of a PEM key can
look like NAME=, and a JSON object may have its names and values swapped.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from positronic.errors import PositronicError
from positronic.names import Name, Value, parse_name, parse_value
from px.errors import Detail, Usage
from px.files import doubtful

LEFT_OUT: Final = "left_out"


@dataclass(frozen=True, slots=True)
class Assignment:
    """A name and its value, both unchecked.

    `index`: which entry of a JSON object, from 0. `quoted`: whether it was in quotes. `origin`: a
    provider's name of it, in place of a line.
    """

    line: int | None
    name: str = field(repr=False)  # part of a key can look like a name
    value: str | None = field(repr=False)
    index: int | None = None
    quoted: bool = True
    origin: str | None = None


@dataclass(frozen=True, slots=True)
class LeftOut:
    """What a provider has and an import does not take, by its name there."""

    name: str
    reason: str


Item = Assignment | Detail  # an item, or why the line is invalid


@dataclass(frozen=True, slots=True)
class Reading:
    """One source's items, in order. `file`: its name in messages, if there are several files.

    `what`: what messages call it, when it is alone.
    """

    items: Iterable[Item | LeftOut]
    file: str | None = None
    what: str = "the file"


def check(
    readings: Sequence[Reading], remarks: list[Detail] | None = None
) -> list[tuple[Name, Value]]:
    """The secrets of all files, in order, without duplicates. Raises Usage with all problems.

    `remarks` gets the warnings about values, and what was left out.
    """
    secrets: dict[Name, Value] = {}
    first_seen: dict[str, str] = {}
    problems: list[Detail] = []
    for reading in readings:
        for item in reading.items:
            if isinstance(item, LeftOut):
                _note(item, remarks)
                continue
            problem = _take(item, reading, secrets, first_seen)
            if problem is not None:
                problems.append(replace(problem, file=reading.file))
            elif remarks is not None and (remark := _remark(item)):
                remarks.append(replace(remark, file=reading.file))
    refuse(problems, readings[0].what if len(readings) == 1 else "the import")
    return list(secrets.items())


def refuse(problems: Sequence[Detail], what: str = "the file") -> None:
    """Raises Usage if there are any problems."""
    if problems:
        count = "one problem" if len(problems) == 1 else f"{len(problems)} problems"
        if all(problem.index is None and problem.line is not None for problem in problems):
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
        return _wrong(item, "duplicate_name", f"repeats the name of {first_seen[item.name]}")
    first_seen[item.name] = _position(item, reading)
    if not item.value:
        remedy = ": fill it in, or remove the line" if item.origin is None else ""
        return _wrong(item, "invalid_value", f"has no value{remedy}")
    if words := doubtful.refused(item.value, quoted=item.quoted):
        return _wrong(item, "doubtful_value", f"the value {words}")
    try:
        secrets[parse_name(item.name)] = parse_value(item.value)
    except PositronicError as error:
        return _wrong(item, error.code, error.message)
    return None


def _wrong(item: Assignment, code: str, error: str) -> Detail:
    return Detail(code, error, name=item.origin, line=item.line, index=item.index)


def _note(item: LeftOut, remarks: list[Detail] | None) -> None:
    if remarks is not None:
        remarks.append(Detail(LEFT_OUT, item.reason, name=item.name))


def _remark(item: Item) -> Detail | None:
    if not isinstance(item, Assignment) or not item.value:
        return None
    words = doubtful.odd(item.value)
    if not words:
        return None
    return _wrong(item, "doubtful_value", f"the value {words}")


def _position(item: Assignment, reading: Reading) -> str:
    if item.origin is not None:
        return item.origin
    entry = "" if item.index is None else f", entry {item.index + 1}"
    file = "" if reading.file is None else f"{reading.file} "
    return f"{file}line {item.line}{entry}"
