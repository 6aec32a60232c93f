"""Targets on a terminal and in a pipe."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from px import terminal
from px.api.targets import CopyTarget
from px.terminal import printable

_HEAD = ("TARGET", "TYPE", "STATE", "OK", "DUE", "REFUSED", "SECRETS")


def targets(found: Sequence[CopyTarget]) -> None:
    """name, type, state, secrets, ok, due, refused."""
    if not found:
        terminal.say("No targets are configured.")
        terminal.advise(
            "Tip: a target is a table [vars.TARGETS.NAME] in wrangler.toml; with px serve it is in "
            "targets.json of the data folder."
        )
    elif terminal.is_terminal(sys.stdout):
        terminal.data(terminal.columns(_HEAD, [_row(one) for one in found]))
    else:
        terminal.data("\n".join("\t".join(_cells(one)) for one in found))
    for one in found:
        _advise(one)


def how_to_open(one: CopyTarget) -> str:
    """For each kind of server, as px does not know which one answers."""
    return (
        f"`px target credential {one.name}`; with px serve: target-credentials of the data folder"
    )


def _cells(one: CopyTarget) -> tuple[str, ...]:
    counts = [str(one.counts[key]) for key in ("ok", "due", "refused")]
    return one.name, printable(one.type), one.state, _secrets(one), *counts


def _row(one: CopyTarget) -> tuple[str, ...]:
    name, kind, state, secrets, *counts = _cells(one)
    return name, kind, state, *counts, secrets.replace(",", " ")


def _secrets(one: CopyTarget) -> str:
    return f"{printable(one.prefix)}*" if one.prefix else ",".join(one.names or ())


def _advise(one: CopyTarget) -> None:
    if one.missing:
        needed = ", ".join(printable(name) for name in one.missing)
        terminal.advise(f"hint: {one.name} needs {needed}: {how_to_open(one)}")
    if one.problem:
        name, why = one.problem
        terminal.warn([f"{one.name} does not have the newest {name}: {printable(why)}"])
