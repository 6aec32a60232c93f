"""`px spec URL`: checks that a server is a Positronic server and keeps every promise."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, Literal

import typer

from px.commands.groups import new_app
from px.commands.options import json_option, project_option, timeout_option

if TYPE_CHECKING:
    import asyncio

    from px.spec.promises import Promise
    from px.spec.run import Limits, PromiseOutcome
    from px.spec.target import SpecTarget

app = new_app()
TIMEOUT: Final = 300.0

Url = Annotated[str, typer.Argument(metavar="URL", help="The server.")]
Level = Annotated[
    Literal["seed", "full"],
    typer.Option("--level", help="seed: any Positronic backend; full: everything."),
]
Project = Annotated[str | None, project_option("Use this project instead of a new one.")]
Only = Annotated[
    str,
    typer.Option("--only", metavar="PATTERN", help="Only promises like secrets.list or *.paging."),
]
Gaps = Annotated[
    Path | None,
    typer.Option("--known-gaps", metavar="FILE", help="Promises not kept yet, one id per line."),
]
Junit = Annotated[
    Path | None, typer.Option("--junit", metavar="FILE", help="Also write JUnit XML.")
]
Settle = Annotated[
    float, typer.Option("--settle", metavar="SECONDS", help="Time for a write to become visible.")
]
Timeout = Annotated[float, timeout_option("Limit for the whole run.")]
Json = Annotated[bool, json_option("Print JSON; errors as JSON on stderr.")]


@app.command()
def spec(
    url: Url,
    level: Level = "full",
    project: Project = None,
    only: Only = "*",
    known_gaps: Gaps = None,
    junit: Junit = None,
    settle: Settle = 0.0,
    timeout: Timeout = TIMEOUT,
    as_json: Json = False,
) -> None:
    """Check every promise of the HTTP contract on a server.

    Prints one line per promise; exit code 0 or 1. Works in its own projects and deletes the secrets
    and tokens it created; their audit events and two project names remain. The token comes from
    PX_TOKEN, .px/root.json, .env.deploy or px dev.

    \b
    Example: px spec http://127.0.0.1:8787
             px spec https://secrets.example.workers.dev --settle 90 --junit report.xml
    """
    from px import terminal
    from px.spec import report
    from px.spec.checks import PROMISES
    from px.spec.gaps import read_gaps
    from px.spec.run import Limits

    gaps = read_gaps(known_gaps, [one.id for one in PROMISES]) if known_gaps else frozenset()
    promises = _selected(level, only)
    target = _target(url, project, timeout)

    def seen(outcome: PromiseOutcome) -> None:
        if not as_json:
            terminal.data(report.line(outcome))

    outcomes = _run(target, promises, level, gaps, Limits(timeout, settle), seen)
    if junit:
        _write(junit, report.junit(outcomes))
    if as_json:
        terminal.document(report.document(outcomes, level))
    else:
        terminal.say(report.summary(outcomes))
    raise typer.Exit(0 if report.passed(outcomes) else 1)


def _selected(level: str, only: str) -> list[Promise]:
    from px.errors import Usage
    from px.spec.checks import PROMISES
    from px.spec.promises import Level, select

    promises = select(PROMISES, Level[level.upper()], only)
    if not promises:
        raise Usage("no promise of this level matches --only")
    return promises


def _target(url: str, project: str | None, timeout: float) -> SpecTarget:
    import os

    from px.api.client import own_worker
    from px.server_choice import Root, ServerChoice
    from px.settings import find_target
    from px.spec.target import SpecTarget

    # PX_PROJECT is for the user's own secrets; a run creates its own project.
    environ = {name: text for name, text in os.environ.items() if name != "PX_PROJECT"}
    choice = ServerChoice(url, project, timeout, root=Root.IF_THERE)
    found = find_target(choice, environ=environ, folder=Path.cwd())
    own = own_worker(found)
    return SpecTarget(found.address, found.token, found.project if project else None, own=own)


def _run(
    target: SpecTarget,
    promises: Sequence[Promise],
    level: str,
    gaps: frozenset[str],
    limits: Limits,
    seen: Callable[[PromiseOutcome], None],
) -> list[PromiseOutcome]:
    import asyncio

    from px.spec.promises import Level
    from px.spec.run import run

    work = run(target, promises, level=Level[level.upper()], gaps=gaps, limits=limits, seen=seen)
    return asyncio.run(_interruptible(work))


async def _interruptible(work: Coroutine[None, None, list[PromiseOutcome]]) -> list[PromiseOutcome]:
    """A signal stops the current check and lets the run clean up. Raises Interrupted."""
    import asyncio

    from px.errors import Interrupted
    from px.process import stopping

    task = asyncio.ensure_future(work)
    loop = asyncio.get_running_loop()
    heeded = stopping.heeded()
    for number in heeded:
        loop.add_signal_handler(number, _stop, number, task)
    try:
        return await task
    except asyncio.CancelledError:
        raise Interrupted from None
    finally:
        for number in heeded:
            loop.remove_signal_handler(number)


def _stop(number: int, task: asyncio.Future[list[PromiseOutcome]]) -> None:
    from px.process import stopping

    stopping.note(number)
    task.cancel()


def _write(path: Path, content: bytes) -> None:
    from px.errors import Usage

    try:
        path.write_bytes(content)
    except OSError:
        raise Usage("the JUnit report of --junit cannot be written") from None
