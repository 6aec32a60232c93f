"""Answers a shell's request for completions, by Typer: fast, quiet and offline."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any, Final, cast

import typer
from typer.completion import (  # type: ignore[attr-defined]  # exists, but is not exported
    completion_init,
    get_completion_script,
    shell_complete,
)
from typer.core import TyperCommand, TyperGroup

if TYPE_CHECKING:
    from px.server_choice import ServerChoice

SHELLS: Final = ("bash", "zsh", "fish")
ASKED: Final = "_PX_COMPLETE"  # set by the script that `px completion` prints


def script(shell: str) -> str:
    """The script that adds px's completion to one of SHELLS."""
    found: str = get_completion_script(prog_name="px", complete_var=ASKED, shell=shell)
    return found


def answer(command: TyperGroup | TyperCommand, instruction: str) -> int:
    """Prints the possible words at the cursor; ignores mistakes on the line."""
    # None: not importable. Typer needs rich only to strip its markup from help; ours has none.
    cast(dict[str, Any], sys.modules).setdefault("rich", None)
    try:
        completion_init()
        return shell_complete(command, {}, "px", ASKED, instruction)
    except SystemExit as end:  # fish asks a yes-or-no question
        return end.code if isinstance(end.code, int) else 1
    except Exception:  # noqa: BLE001 - no error may appear after the prompt
        return 1


def secret_names(ctx: typer.Context, incomplete: str) -> list[str]:
    """From the cache of the server that the line, the environment or the files name."""
    from pathlib import Path

    from px.completion.names import known_names
    from px.settings import find_target

    target = find_target(_choice(ctx), environ=os.environ, folder=Path.cwd())
    taken = set(ctx.args) | set(_words(ctx.params.get("names")))
    names = known_names(target, os.environ).read()
    return [name for name in names if name.startswith(incomplete) and name not in taken]


def project_names(ctx: typer.Context, incomplete: str) -> list[str]:
    """What `px project list` last saw at the server that the line names."""
    from dataclasses import replace
    from pathlib import Path

    from px.completion.names import known_projects
    from px.settings import find_target

    choice = replace(_choice(ctx), project=None)
    target = find_target(choice, environ=os.environ, folder=Path.cwd())
    names = known_projects(target, os.environ).read()
    return [name for name in names if name.startswith(incomplete)]


def _choice(ctx: typer.Context) -> ServerChoice:
    from px.server_choice import ServerChoice

    names = ("url", "project", "local", "remote")
    return ServerChoice(**{name: ctx.params[name] for name in names if ctx.params.get(name)})


def _words(given: object) -> list[str]:
    return [str(word) for word in given] if isinstance(given, (list, tuple)) else []
