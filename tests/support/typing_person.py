"""A person at a shell on a pseudo-terminal, who runs px and looks at the terminal afterwards."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pexpect

from support.px_process import PX, Px
from support.waiting import wait_until

Child = Any  # pexpect has no types
GIVEN_BACK = {"echo", "icanon", "isig", "icrnl"}
SAID = "terminal:"


def shell(px: Px, arguments: str, then: str = "") -> Child:
    """sh runs px as its child and stays; it changes no mode of the terminal itself."""
    look = f"echo code=$?; echo {SAID} $(stty -a)"
    line = f"'{PX}' {arguments}; {look}; {then or 'read rest'}"
    return pexpect.spawn(
        "sh",
        [*(["-m"] if then else []), "-c", line],
        cwd=str(px.folder),
        env={"PATH": os.environ["PATH"], "TERM": "xterm", **px.environment},
        encoding="utf-8",
        timeout=30,
        dimensions=(24, 400),
    )


def px_below(child: Child) -> int:
    """px's process id."""
    children = Path(f"/proc/{child.pid}/task/{child.pid}/children")
    wait_until(lambda: bool(children.read_text().split()), "px to start")
    return int(children.read_text().split()[0])


def modes(child: Child) -> set[str]:
    """The terminal's settings as px left them."""
    child.expect_exact(SAID)
    child.expect_exact("\r\n")
    return set(child.before.replace(";", " ").split())
