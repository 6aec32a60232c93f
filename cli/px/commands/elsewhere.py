"""A change elsewhere while `px dev` runs in this folder: it may be meant for the local Worker."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from px.http.address import Address
    from px.settings import Target


def check_target(target: Target, *, named: bool, asks: bool) -> None:
    """Asks if `px dev` runs here and the target is another server. Raises Usage, Refused.

    `named`: a flag chose the target. `asks`: the command will ask a question of its own.
    """
    if named:
        return
    own = running_here(Path.cwd())
    if own is None or own == target.address:
        return
    from px import terminal
    from px.commands.question import ask
    from px.errors import Usage

    if not terminal.is_terminal(sys.stdin):
        raise Usage(
            f"px dev is running in this folder, but this would go to {target.location}; "
            "nothing was sent",
            code="elsewhere",
            hint="add --local to use its Worker, or --remote to go there",
        )
    if asks:
        terminal.say("px dev is running in this folder, but this goes elsewhere.")
        return
    ask(f"px dev is running in this folder. Go on at {target.location}?", "nothing was sent")


def running_here(folder: Path) -> Address | None:
    """The address of the `px dev` that runs in this project; None if none does."""
    from px.project.workspace import nearest

    project = nearest(folder)
    if project is None:
        return None
    from px.http.address import parse_address
    from px.project import owner_only
    from px.project.local_state import read_local

    if not owner_only.is_locked(project.dev_lock):
        return None
    known = read_local(project.local_json)
    return None if known is None else parse_address(known.url)
