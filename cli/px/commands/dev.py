"""`px dev`: the real Worker on this machine, until Ctrl-C."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

import typer

from px import terminal
from px.commands.groups import new_app
from px.failures import PxError, Usage

app = new_app()
DEFAULT_PORT: Final = 8787

Port = Annotated[
    int, typer.Option("--port", metavar="PORT", min=1, max=65535, help="The port on 127.0.0.1.")
]
Verbose = Annotated[bool, typer.Option("--verbose", help="Show the Worker's log on stderr.")]
Json = Annotated[bool, typer.Option("--json", help="The ready line and errors as JSON.")]


@app.command()
def dev(port: Port = DEFAULT_PORT, verbose: Verbose = False, as_json: Json = False) -> None:
    """Run the real Worker on this machine, with local KV.

    .env.secrets goes into it at the start and whenever the file changes. When code in worker/
    changes, brains too, the Worker is started anew, and runs that go on are interrupted. Ctrl-C
    ends it.

    Example: px dev --port 8787
    """
    _serve(port, _Voice(verbose=verbose, as_json=as_json))


class _Voice:
    """stdout is data: the one ready line. stderr is talk."""

    def __init__(self, *, verbose: bool, as_json: bool) -> None:
        self._verbose = verbose
        self._as_json = as_json

    def say(self, line: str) -> None:
        if not self._as_json:
            terminal.say(line)

    def refused(self, what: str, problem: PxError) -> None:
        self.say(what)
        terminal.fail(problem, as_json=self._as_json)

    def ready(self, url: str) -> None:
        if self._as_json:
            terminal.document({"ready": True, "url": url})
        else:
            terminal.data(f"Ready at {url}")

    def log(self, written: bytes) -> None:
        if self._verbose:
            terminal.say(written.decode(errors="replace").rstrip("\n"))


def _serve(port: int, voice: _Voice) -> None:
    try:
        from px.local.dev import run
    except ModuleNotFoundError:
        raise Usage(
            "px dev needs packages that are not installed",
            hint="run `make setup` in a checkout, and use the px of its .venv/bin",
        ) from None
    from px.local.interrupt import exit_code, first_signal
    from px.local.project import find_project

    with first_signal() as signals:
        try:
            run(find_project(), port, _push, voice)
        except KeyboardInterrupt:
            raise typer.Exit(exit_code(signals)) from None


def _push(path: Path, url: str, token: str) -> None:
    from px.importing.run import push

    push(path, url, token)
