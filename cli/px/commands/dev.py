"""`px dev`: the real Worker on this machine, until Ctrl-C."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from px import terminal
from px.commands.groups import new_app
from px.commands.options import Env, json_option
from px.errors import Detail, PxError, Usage

if TYPE_CHECKING:
    from px.local.apps import AppAddress
    from px.project.local_state import LocalState
    from px.project.workspace import Workspace

app = new_app()

Port = Annotated[
    int | None,
    typer.Option(
        "--port",
        metavar="PORT",
        min=1,
        max=65535,
        help="The port on 127.0.0.1.  [default: 8787; with --env: a free one, kept]",
    ),
]
Verbose = Annotated[bool, typer.Option("--verbose", help="Print the Worker's log to stderr.")]
With = Annotated[
    list[Path] | None,
    typer.Option(
        "--with",
        metavar="CONFIG",
        help="Also run the Worker of this wrangler.jsonc or wrangler.toml; may be repeated.",
    ),
]
Json = Annotated[bool, json_option("Print the ready line and errors as JSON.")]


@app.command()
def dev(
    port: Port = None,
    with_: With = None,
    verbose: Verbose = False,
    env: Env = None,
    as_json: Json = False,
) -> None:
    """Run the real Worker on this machine, with local KV.

    px pushes what changed in .env.secrets, at the start and at each save. A secret that was changed
    elsewhere keeps its value until its line changes. When code in worker/ changes, including
    brains, px restarts the Worker, which interrupts its runs. Ctrl-C stops it. px warns of secrets
    that the code asks for and that are missing.

    --with runs a Worker that has a service binding to this one, in a process of its own.

    Example: px dev --port 8787
             px dev --with ../shop/wrangler.jsonc
    """
    _serve(port, with_ or (), verbose=verbose, as_json=as_json)


class _Output:
    """Only the ready line goes to stdout; everything else goes to stderr."""

    def __init__(self, *, verbose: bool, as_json: bool, kept: Path | None = None) -> None:
        self._verbose = verbose
        self._kept = kept
        self._as_json = as_json
        self._unended = b""
        self._asked: list[str] = []

    def say(self, line: str) -> None:
        self._keep(line)
        if not self._as_json:
            terminal.say(line)

    def wrote(self, app: str, line: str) -> None:
        """Not kept: it is no log of the project's Worker."""
        if not self._as_json:
            terminal.say(f"{app}: {line}")

    def bar(self, total: int) -> AbstractContextManager[terminal.Progress]:
        return terminal.download_bar(quiet=self._as_json)(total)

    def refused(self, what: str, problem: PxError) -> None:
        self.say(what)
        self._keep(problem.message)
        terminal.fail(problem, as_json=self._as_json)

    def ready(self, url: str, apps: Sequence[AppAddress]) -> None:
        self._keep(f"Ready at {url}")
        if self._as_json:
            others = {"apps": [one._asdict() for one in apps]} if apps else {}
            terminal.document({"ready": True, "url": url, **others})
        else:
            lines = [f"Ready at {url}", *(f"{one.name} at {one.url}" for one in apps)]
            terminal.data("\n".join(lines))

    def push(self, project: Workspace, local: LocalState) -> None:
        """What changed in .env.secrets, with a warning for each value that looks wrong."""
        from px.project.private_files import is_exposed
        from px.secrets.local_push import push_changed, sentences

        path, remarks = project.env_secrets, list[Detail]()
        pushed = push_changed(project, local, remarks)
        with suppress(OSError):  # it may be gone by now
            if is_exposed(path):
                self.say(f"Warning: other users can read {path.name}: `chmod 600 {path.name}`")
        for remark in remarks:
            self.say(f"warning: {path.name} {terminal.placed(remark)}")
        for sentence in sentences(path.name, pushed):
            self.say(sentence)

    def adopt(self, url: str, token: str) -> str:
        """Brings what local KV had before there were ledgers; what it says, if it did."""
        from px.api import adoption
        from px.api.client import Client
        from px.project.environment import chosen
        from px.settings import make_target

        with Client(make_target(url, token, source=chosen().local_file)) as client:
            if not adoption.is_needed(client):
                return ""
            done = adoption.adopt(client, lambda _, __: None)
        left = f"; not brought: {done.failed_count:,}" if done.failed_count else ""
        return f"Adopted local KV: {done.sentence()}{left}"

    def asked(self, project: Workspace, url: str, token: str) -> None:
        """Warns of what the code asks for and the Worker lacks, unless it just did."""
        from px.api.client import Client
        from px.api.secrets import Secrets
        from px.declared.code import read_code
        from px.declared.schedules import never_started
        from px.invocation import repeat
        from px.secrets.requirement import lacking
        from px.settings import make_target

        code = read_code(project)
        found = code.doubts() + never_started(project, code)
        try:
            with Client(make_target(url, token, source=project.environment.local_file)) as client:
                missing = lacking(Secrets(client), code)
        except PxError as problem:
            self.say(f"warning: px could not check the secrets of the code: {problem.message}")
            return
        found += [
            repeat(
                f"{places[0]} asks for {name}, which the Worker lacks: `px secret create {name}`"
            )
            for name, places in missing.items()
        ]
        for line in found if found != self._asked else ():
            self.say(f"warning: {line}")
        self._asked = found

    def log(self, written: bytes) -> None:
        """With --verbose the whole log, otherwise only what is notable of runs: in whole lines."""
        from px.local.worker_log import notable_runs, shown

        ended, _, self._unended = (self._unended + written).rpartition(b"\n")
        if self._as_json:
            return
        for line in shown(ended) if self._verbose else notable_runs(ended):
            terminal.say(line)

    @contextmanager
    def keeping_its_end(self) -> Iterator[None]:
        """`px logs` then says why there is no more."""
        try:
            yield
        except PxError as problem:
            self._keep(problem.message)
            raise

    def _keep(self, line: str) -> None:
        """For `px logs`, which has the Worker's own lines from the Worker."""
        from px.local import kept_log

        if self._kept is not None:
            kept_log.keep(self._kept, line)


def _serve(port: int | None, named: Sequence[Path], *, verbose: bool, as_json: bool) -> None:
    try:
        from px.local import kept_log
        from px.local.dev import run
        from px.local.port import usual_port
    except ModuleNotFoundError:
        raise Usage(
            "px dev needs packages that are not installed",
            hint="run `make setup` in a checkout and use its .venv/bin/px",
        ) from None
    from px.local.stop_signals import exit_code, first_signal
    from px.project.workspace import find_project

    with first_signal() as signals:
        try:
            project = find_project()
            wanted = port or usual_port(project)
            kept = kept_log.beside(project.log)
            output = _Output(verbose=verbose, as_json=as_json, kept=kept)
            with output.keeping_its_end():
                run(project, wanted, output.push, output.adopt, output.asked, output, named)
        except KeyboardInterrupt:
            raise typer.Exit(exit_code(signals)) from None
