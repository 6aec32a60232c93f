"""The apps of one `px dev`: each a process of its own, restarted when its config changes."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Final, NamedTuple, Protocol, Self

from px.errors import PxError, Usage
from px.local import worker_log
from px.local.app import App, read_app
from px.local.app_worker import AppWorker
from px.local.code import Code
from px.local.door import Door
from px.local.port import free_port, is_taken
from px.local.watched import Watched
from px.project.workspace import Workspace
from px.terminal import printable

_LAST_PORT: Final = 65_535


class AppOutput(Protocol):
    """The part of `px dev`'s output that is about apps."""

    def say(self, line: str) -> None:
        """Something was done, or needs a warning."""

    def wrote(self, app: str, line: str) -> None:
        """An app wrote this to its log."""

    def refused(self, what: str, problem: PxError) -> None:
        """Something was not accepted; px waits for the next version."""


class AppAddress(NamedTuple):
    """Where an app answers."""

    name: str
    url: str


class Apps:
    """Apps by their configs. Raises Usage for what cannot be one."""

    def __init__(self, project: Workspace, named: Sequence[Path], port: int) -> None:
        self._running: list[_Running] = []
        self._end = ExitStack()
        if not named:
            return
        with ExitStack() as end:  # left at once for a config that is refused
            # Only for this user, and short: a socket's path has at most some 100 bytes.
            doors = end.enter_context(tempfile.TemporaryDirectory(prefix="px-doors."))
            for number, path in enumerate(named):
                app = read_app(path, project)
                if app.name in {one.app.name for one in self._running}:
                    raise Usage(f"--with: two Workers have the name {app.name}")
                folder = Path(doors, str(number))
                folder.mkdir()
                own = _port(port + 1 + number)
                self._running.append(_Running(project, app, own, folder))
            self._end = end.pop_all()

    def __bool__(self) -> bool:
        return bool(self._running)

    @property
    def addresses(self) -> list[AppAddress]:
        return [AppAddress(one.app.name, one.worker.url) for one in self._running]

    def doors(self) -> list[Door]:
        """Those that the project's Worker needs for their bindings."""
        return [door for one in self._running for door in one.doors.values()]

    def start(self, output: AppOutput) -> None:
        """Starts each, or reports why it does not start."""
        for one in self._running:
            one.start(output)

    def look(self, output: AppOutput) -> bool:
        """Reports what they wrote, and restarts what changed; whether other doors are needed."""
        before = self.doors()
        for one in self._running:
            one.look(output)
        return self.doors() != before

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with self._end as end:  # each of them stops, also if another one does not
            for one in self._running:
                end.callback(one.worker.stop)


class _Running:
    """One app; while it is stopped, any change of its files starts it again."""

    def __init__(self, project: Workspace, app: App, port: int, folder: Path) -> None:
        self._project, self._port, self._folder = project, port, folder
        self._take(app)

    def _take(self, app: App) -> None:
        self.app = app
        self.doors = {
            way.binding: Door(str(self._folder / str(number)), way.entrypoint, way.props)
            for number, way in enumerate(app.bindings.ways)
        }
        paths = {name: door.path for name, door in self.doors.items()}
        self.worker = AppWorker(self._project, app, port=self._port, doors=paths)
        self.worker.log_path.unlink(missing_ok=True)  # what an earlier px dev left
        self._settings = [Watched(path) for path in (app.config, *app.dev_vars)]
        self._code: Code | None = None  # watched while it is stopped
        self._written, self._unended = worker_log.NewOutput(self.worker.log_path), b""

    def start(self, output: AppOutput) -> None:
        for name, why in self.app.bindings.absent.items():
            output.say(printable(f"Warning: {self.app.name} does not get {name}: {why}"))
        if build := self.app.build:
            output.say(
                printable(f"Warning: {self.app.name} has a build, which px does not run: {build}")
            )
        self._try(output)

    def look(self, output: AppOutput) -> None:
        self._pass_on(output)
        changed = [one.changed() for one in self._settings]  # each of them has to look
        if any(changed):
            self._read_again(output)
        elif self._code and self._code.changed():
            self._try(output)
        elif not self._code and self.worker.exit_code() is not None:
            self._stopped(output, self.worker.why_it_ended(), self._files())

    def _read_again(self, output: AppOutput) -> None:
        try:
            app = read_app(self.app.named, self._project)
            if app.name != self.app.name:
                raise Usage(f"{self.app.named} has another name now", hint="restart `px dev`")
        except PxError as problem:
            output.refused(f"{self.app.name} keeps its settings; fix them", problem)
            return
        self.worker.stop()
        self._take(app)
        self.start(output)
        if not self._code:
            output.say(f"Restarted {app.name}: its settings changed")

    def _try(self, output: AppOutput) -> None:
        self.worker.stop()
        code = self._files()  # before: what is saved meanwhile counts as changed
        try:
            self.worker.start()
        except PxError as problem:
            self._stopped(output, problem, code)
        else:
            if self._code:
                output.say(f"Restarted {self.app.name}: its files changed")
            self._code = None

    def _files(self) -> Code:
        return Code(self.app.folder, endings="")

    def _stopped(self, output: AppOutput, problem: PxError, code: Code) -> None:
        self.worker.stop()
        self._code = code
        self._written.take()  # it is in the problem
        output.refused(f"{self.app.name} is stopped; fix it, and px restarts it", problem)

    def _pass_on(self, output: AppOutput) -> None:
        ended, _, self._unended = (self._unended + self._written.take()).rpartition(b"\n")
        for line in worker_log.shown(ended):
            if line.strip() and not line.startswith(worker_log.READY):
                output.wrote(self.app.name, line)


def _port(wanted: int) -> int:
    return wanted if wanted <= _LAST_PORT and not is_taken(wanted) else free_port()
