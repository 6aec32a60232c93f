"""What one check found."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from px.invocation import repeat

OK: Final = "ok"
WARN: Final = "warn"  # works, but should be fixed
FAIL: Final = "fail"  # does not work, or is not safe
SKIP: Final = "skip"  # unknown, or nothing to check


@dataclass(frozen=True, slots=True)
class Finding:
    """A check's name, its result, a sentence, and what to do about it."""

    check: str
    status: str
    message: str
    hint: str = ""

    @property
    def advice(self) -> str:
        """The hint; its px commands repeat --url and --project."""
        return repeat(self.hint)

    def document(self) -> dict[str, str]:
        found = {"check": self.check, "status": self.status, "message": self.message}
        return found | ({"hint": self.advice} if self.hint else {})


Check = Callable[[], Iterator[Finding]]
