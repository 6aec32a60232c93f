"""The output of `px doctor`."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from px import terminal
from px.doctor.finding import FAIL, WARN, Finding


def show(found: Finding) -> None:
    """On a terminal with the hint below; in a pipe one line, with tabs."""
    if not terminal.is_terminal(sys.stdout):
        terminal.data("\t".join((found.status, found.check, found.message, found.advice)))
        return
    terminal.data(f"{found.status:<4}  {found.check:<8}  {found.message}")
    if found.hint:
        terminal.data(f"      {'':<8}  -> {found.advice}")


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
