"""What a row's text says, each field taken only as what it must be. No default is made up."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

import pydantic_core

from positronic import times

DIGEST: Final = re.compile(r"[0-9a-f]{64}")


class Fields:
    """Raises ValueError if the text is not a JSON object, or a field has the wrong type."""

    def __init__(self, text: str) -> None:
        # Not json.loads: it takes Infinity and lone surrogates, which no answer can carry.
        found = pydantic_core.from_json(text, allow_inf_nan=False)
        if not isinstance(found, dict):
            raise ValueError("not an object")  # noqa: TRY004 - as every other text that is wrong
        self._found: Mapping[str, object] = found

    def text(self, key: str) -> str:
        found = self._found.get(key)
        if not isinstance(found, str):
            raise ValueError(key)  # noqa: TRY004
        return found

    def matched(self, key: str, pattern: re.Pattern[str]) -> str:
        found = self.text(key)
        if not pattern.fullmatch(found):
            raise ValueError(key)
        return found

    def number(self, key: str, most: int = 2**53 - 1) -> int:
        """From 1 to `most`."""
        found = self._found.get(key)
        if type(found) is not int or not 0 < found <= most:
            raise ValueError(key)
        return found

    def count(self, key: str, most: int = 2**53 - 1) -> int:
        """From 0 to `most`."""
        found = self._found.get(key)
        return 0 if type(found) is int and found == 0 else self.number(key, most)

    def flag(self, key: str) -> bool:
        """False when it is missing."""
        found = self._found.get(key, False)
        if not isinstance(found, bool):
            raise ValueError(key)  # noqa: TRY004
        return found

    def time(self, key: str) -> int:
        # Spelled out, for each row of a list has several.
        found = self._found.get(key)
        if type(found) is not int or not 0 < found <= times.LAST:
            raise ValueError(key)
        return found

    def optional_time(self, key: str) -> int | None:
        return None if self._found.get(key) is None else self.time(key)

    def optional_text(self, key: str) -> str | None:
        return None if self._found.get(key) is None else self.text(key)

    def optional_number(self, key: str, most: int = 2**53 - 1) -> int | None:
        return None if self._found.get(key) is None else self.number(key, most)

    def optional_count(self, key: str, most: int = 2**53 - 1) -> int | None:
        return None if self._found.get(key) is None else self.count(key, most)

    def optional_pairs(self, key: str) -> dict[str, str] | None:
        return None if self._found.get(key) is None else self.pairs(key)

    def optional_matched(self, key: str, pattern: re.Pattern[str]) -> str | None:
        return None if self._found.get(key) is None else self.matched(key, pattern)

    def all_matched(self, key: str, pattern: re.Pattern[str]) -> tuple[str, ...]:
        found = self.texts(key)
        if not all(map(pattern.fullmatch, found)):
            raise ValueError(key)
        return found

    def texts(self, key: str) -> tuple[str, ...]:
        found = self._found.get(key)
        if not isinstance(found, list) or not all(isinstance(one, str) for one in found):
            raise ValueError(key)
        return tuple(found)

    def pairs(self, key: str) -> dict[str, str]:
        """An object whose values are all text."""
        found = self._found.get(key)
        if not isinstance(found, dict) or not all(isinstance(one, str) for one in found.values()):
            raise ValueError(key)
        return found

    def mapping(self, key: str) -> dict[str, object]:
        found = self._found.get(key)
        if not isinstance(found, dict):
            raise ValueError(key)  # noqa: TRY004
        return found

    def anything(self, key: str) -> object:
        return self._found.get(key)
