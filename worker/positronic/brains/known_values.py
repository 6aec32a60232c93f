"""KnownValues: what the runs of one isolate have read, because a brain may keep it.

A client at module level outlives its run and can leak a value in another run, even of another
project. There we search only for strong values, and only whole ones: otherwise anyone who may run
brains could guess a weak one, or parts, by sending candidates and seeing which become a marker.
"""

from __future__ import annotations

import json
from base64 import b64encode, urlsafe_b64encode
from collections import OrderedDict
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from positronic.brains.needles import Needles
from positronic.brains.strength import SHORTEST, is_strong, strongest
from positronic.redact import Redactor

MAX_VALUES: Final = 1_000
MAX_CHARACTERS: Final = 512 * 1024  # of all values together
MAX_OWNERS: Final = 100  # projects remembered per value
MAX_LOGGED: Final = 128  # values; the previous generation may have as many again
MAX_LOGGED_CHARACTERS: Final = 64 * 1024


class Read(NamedTuple):
    """A secret as it was when read. `version` differs after each change."""

    name: str
    version: str


class Found(NamedTuple):
    """What a text contains of other runs' reads: of the same project by name, and of others."""

    ours: dict[Read, str]
    foreign: list[str]

    def redactor(self) -> Redactor:
        made = Redactor()
        for one, value in self.ours.items():
            made.add(one.name, value)
        for value in self.foreign:
            made.know_foreign(value)
        return made


class KnownValues:
    """Remembers what was read, within limits: the oldest is forgotten first."""

    def __init__(self) -> None:
        # Each value with the projects whose runs have read it.
        self._values: OrderedDict[str, dict[str, Read]] = OrderedDict()
        self._characters = 0
        self._needles = Needles()
        self._new: list[str] = []  # not among the needles yet: that takes long
        self._logged = _Logged()
        self._logged_before = _Logged()

    def learn(self, project: str, one: Read, value: str) -> None:
        """Remember that a run of this project has read it."""
        self._log(one.name, value)
        if value not in self._values:
            if not is_strong(value):
                return
            self._add(value)
        owners = self._values[value]
        if len(owners) < MAX_OWNERS:
            owners[project] = one
        self._values.move_to_end(value)
        while len(self._values) > MAX_VALUES or self._characters > MAX_CHARACTERS:
            self._forget()

    def within(self, texts: Iterable[str], project: str) -> Found:
        """The strong values that are whole in one of the texts."""
        self._sharpen()
        found = Found({}, [])
        for value in sorted(self._needles.within(texts)):
            if one := self._values[value].get(project):
                found.ours[one] = value
            else:
                found.foreign.append(value)
        return found

    def redactors(self) -> list[Redactor]:
        """For the log, which only the operator sees: everything by name, even weak values."""
        return [one.redactor for one in (self._logged, self._logged_before) if one.values]

    def strong_values(self, text: str) -> Redactor:
        """For the log: the values that are too many to be known by name."""
        return self.within([text], "").redactor()

    def _log(self, name: str, value: str) -> None:
        if value in self._logged.values:
            return
        if self._logged.is_full:
            self._logged_before, self._logged = self._logged, _Logged()
        self._logged.add(name, value)

    def _add(self, value: str) -> None:
        self._values[value] = {}
        self._characters += len(value)
        self._new.append(value)

    def _sharpen(self) -> None:
        for value in self._new:
            for text, start in _spelled(value):
                self._needles.add(value, text, start)
        self._new.clear()

    def _forget(self) -> None:
        self._sharpen()
        value, _ = self._values.popitem(last=False)
        self._characters -= len(value)
        for text, start in _spelled(value):
            self._needles.discard(value, text, start)


class _Logged:
    """One generation of the values that the log is searched for."""

    def __init__(self) -> None:
        self.redactor = Redactor()
        self.values: set[str] = set()
        self._characters = 0

    @property
    def is_full(self) -> bool:
        return len(self.values) >= MAX_LOGGED or self._characters >= MAX_LOGGED_CHARACTERS

    def add(self, name: str, value: str) -> None:
        self.redactor.add(name, value)
        self.values.add(value)
        self._characters += len(value)


def _spelled(value: str) -> Iterator[tuple[str, int]]:
    """Plain, in JSON, and in base64 at each offset; each with its strongest position."""
    start = strongest(value)
    part = value[start:][:SHORTEST]
    yield value, start
    within_json = json.dumps(value)[1:-1]
    if within_json != value and part in within_json:
        yield within_json, within_json.find(part)
    data, before = value.encode(), len(value[:start].encode())
    texts = dict.fromkeys(
        (encode(bytes(skipped) + data).decode(), skipped)
        for encode in (b64encode, urlsafe_b64encode)
        for skipped in range(3)
    )
    for text, skipped in texts:
        first, last = -(-skipped * 8 // 6), (skipped + len(data)) * 8 // 6
        place = (skipped + before) * 8 // 6 - first
        yield text[first:last], max(0, min(place, last - first - SHORTEST))
