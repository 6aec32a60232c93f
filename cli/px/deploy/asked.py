"""What the code that is about to go up asks for, and its server lacks."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Final

from positronic.names import parse_project
from px.api.client import Client
from px.api.secrets import Secrets
from px.declared.code import Declared, Place
from px.declared.schedules import never_started
from px.errors import PxError, Refused
from px.project.workspace import Workspace
from px.secrets.requirement import asked, lacking
from px.settings import Target
from px.terminal import placed

PROJECT: Final = "PX_PROJECT"


def in_project(target: Target, *settings: Mapping[str, str]) -> Target:
    """For the project that the first of the settings names; else the Worker's own."""
    name = next((found[PROJECT] for found in settings if found.get(PROJECT)), None)
    return target if name is None else replace(target, project=parse_project(name))


def check_asked(
    code: Declared, target: Target | None, say: Callable[[str], None], *, allow_missing: bool
) -> Sequence[str]:
    """The names that are missing, if that is no reason to stop. Raises Refused.

    `target` None: no server to ask yet, so nothing can be there. A server that does not answer
    stops nothing either: the deploy may be what repairs it.
    """
    for doubt in code.doubts():
        say(f"warning: {doubt}")
    if not code.required:
        return ()
    if target is None:
        _list(code.required, "there is no server to ask yet; the code asks for these secrets:", say)
        return tuple(code.required)
    try:
        with Client(target) as client:
            found, where = lacking(Secrets(client), code), client.location
    except PxError as problem:
        say(f"warning: px could not check the secrets of the code: {problem.message}")
        return ()
    if found and not allow_missing:
        raise _missing(found, where)
    _list(found, f"the code asks for secrets that are not at {where}:", say)
    return tuple(found)


def check_schedules(project: Workspace, code: Declared, say: Callable[[str], None]) -> None:
    """Warns of the brains that no cron of the configuration starts."""
    for doubt in never_started(project, code):
        say(f"warning: {doubt}")


def _list(found: Mapping[str, Sequence[Place]], what: str, say: Callable[[str], None]) -> None:
    for line in (
        [f"warning: {what}", *(f"  {placed(one)}" for one in asked(found))] if found else ()
    ):
        say(line)


def _missing(found: Mapping[str, Sequence[Place]], where: str) -> Refused:
    return Refused(
        f"the code asks for secrets that are not at {where}; nothing was changed",
        code="missing_secrets",
        hint=f"`px secret create {next(iter(found))}` before the deploy; "
        "or deploy with --allow-missing",
        details=asked(found),
    )
