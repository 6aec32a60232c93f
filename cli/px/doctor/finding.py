"""What one check found, and how findings are shown."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from px import terminal
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


def show(found: Finding) -> None:
    """On a terminal with the hint below; in a pipe one line, with tabs."""
    # Of a repository's files, say.
    message, advice = terminal.printable(found.message), terminal.printable(found.advice)
    if not terminal.is_terminal(sys.stdout):
        terminal.data("\t".join((found.status, found.check, message, advice)))
        return
    terminal.data(f"{found.status:<4}  {found.check:<8}  {message}")
    if found.hint:
        terminal.data(f"      {'':<8}  -> {advice}")


def conclude(findings: Sequence[Finding]) -> None:
    """The summary for the user."""
    fails, warns = count(findings, FAIL), count(findings, WARN)
    if fails or warns:
        warnings = "1 warning" if warns == 1 else f"{warns} warnings"
        terminal.say(f"{fails} to fix, {warnings}")
    else:
        terminal.say("Nothing to fix.")


def count(findings: Sequence[Finding], status: str) -> int:
    return sum(found.status == status for found in findings)


def document(findings: Sequence[Finding]) -> dict[str, object]:
    """{"healthy", "fails", "warnings", "checks": [{"check", "status", "message", "hint"?}]}."""
    fails = count(findings, FAIL)
    return {
        "healthy": fails == 0,
        "fails": fails,
        "warnings": count(findings, WARN),
        "checks": [found.document() for found in findings],
    }
