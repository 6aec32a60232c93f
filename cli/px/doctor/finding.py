"""What one check found."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

OK: Final = "ok"
WARN: Final = "warn"  # works, and should be mended
FAIL: Final = "fail"  # does not work, or is not safe
SKIP: Final = "skip"  # not known, or nothing to check


@dataclass(frozen=True, slots=True)
class Finding:
    """A check's name, how it went, a sentence, and what to do about it."""

    check: str
    status: str
    message: str
    hint: str = ""

    def document(self) -> dict[str, str]:
        found = {"check": self.check, "status": self.status, "message": self.message}
        return found | ({"hint": self.hint} if self.hint else {})


Check = Callable[[], Iterator[Finding]]
