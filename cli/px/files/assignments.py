"""Names and values as files spell them, and the rules that make secrets of them.

Everything that is wrong is named at once, by its place: the file, the line, the entry. Not by its
name: a line of a key in PEM form can look like NAME=, and a JSON object may be the wrong way round.
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
    """A name and its value, neither checked.

    `index`: which entry of a JSON object, from 0. `quoted`: whether it stood in quotes.
    """

    line: int
    name: str = field(repr=False)  # a piece of a key can look like one
    value: str | None = field(repr=False)
    index: int | None = None
    quoted: bool = True


Item = Assignment | Detail  # what was read, or why it cannot be


@dataclass(frozen=True, slots=True)
class Reading:
    """One file's items in its order. `file`: what to call it, where there are several."""

    items: Iterable[Item]
    file: str | None = None


def check(
    readings: Sequence[Reading], remarks: list[Detail] | None = None
) -> list[tuple[Name, Value]]:
    """The secrets of all files, in order, with distinct names. Raises Usage with all problems.

    `remarks` gets what is odd about a value and no reason to refuse it.
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
    """Raises Usage when there are any."""
    if problems:
        count = "one place" if len(problems) == 1 else f"{len(problems)} places"
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
