"""The real Worker on this machine: `wrangler dev`, real workerd, real local KV."""

from __future__ import annotations

import json
import os
import time
from importlib.resources import files
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from px.cloudflare.environment import wrangler_environment
from px.http.address import parse_address
from px.local import kept_log, worker_log
from px.local.first_answer import wait_for_answer, wait_until
from px.local.port import HOST, free_port, is_taken
from px.local.process_group import ProcessGroup
from px.project import owner_only
from px.project.errors import LocalError, PortTaken
from px.project.workspace import SETUP_HINT, Workspace, node
from px.tools.inventory import check_place
from px.tools.place import current

START_SECONDS: Final = 600.0  # 3 to 5 are usual; a slow machine took over 180

# The last two let workerd load Python from disk; production keeps the flags of wrangler.toml.
FLAGS: Final = ("python_workers", "python_workers_development", "experimental")
_PORT_TRIES: Final = 5


def keep_from_others(state: Path) -> None:
    """What workerd keeps there has names, dates and events in clear.

    A link may have come with a checkout, and lead to a folder that is not px's.
    """
    if not (state.is_symlink() or state.parent.is_symlink()):
        owner_only.make_folder(state)


class LocalWorker:
    """One Worker: `start` returns when it answers, `stop` when none of its processes is left.

    `config` replaces the project's wrangler.toml, with python_modules/ and .dev.vars next to it;
    `persist` is another folder for its KV; `port=None` means any free port; `workerd` is started in
    place of px's own.
    """

    def __init__(
        self,
        project: Workspace,
        *,
        config: Path | None = None,
        persist: Path | None = None,
        port: int | None = None,
        log_path: Path | None = None,
        workerd: Path | None = None,
        timeout: float = START_SECONDS,
    ) -> None:
        self.project = project
        self.config = config or project.config
        self.persist = persist or project.state
        self.log_path = log_path or project.log
        self.timeout = timeout
        self._workerd = workerd
        self._wanted = port
        self._port: int | None = port
        self._group: ProcessGroup | None = None
        self._log_start: int | None = None

    @property
    def port(self) -> int:
        if self._port is None:
            raise LocalError("the Worker was not started")
        return self._port

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}"

    @property
    def group_id(self) -> int | None:
        """The process group until it is stopped."""
        return self._group.id if self._group else None

    def exit_code(self) -> int | None:
        """None before wrangler was started and while it is running."""
        return self._group.exit_code() if self._group else None

    def start(self) -> None:
        """Starts it and waits until GET /status answers 200; raises LocalError if it fails."""
        if self._group:
            raise LocalError("the Worker is already running")
        for left in reversed(range(_PORT_TRIES)):
            self._port = self._wanted or free_port()
            try:
                self._start_on(self._port)
            except PortTaken:
                if self._wanted or not left:
                    raise
            else:
                return

    def stop(self) -> None:
        """Stops all its processes, politely first; does nothing if none is running."""
        group, self._group = self._group, None
        if group:
            group.stop()

    def kill(self) -> None:
        """Kills all its processes at once, like a crash."""
        group, self._group = self._group, None
        if group:
            group.kill()

    def reload(self) -> None:
        """Makes the Worker reload .dev.vars; requests wait. Returns before that is done.

        wrangler watches its config, and reads .dev.vars only when the config changes. Raises
        LocalError if the config is missing.
        """
        try:
            os.utime(self.config)
        except OSError as error:
            reason = (error.strerror or "").lower()
            raise LocalError(f"{self.config.name} cannot be touched: {reason}") from None

    def why_it_ended(self) -> LocalError:
        """The error from the log of a Worker that exited by itself."""
        return self._explain("exited by itself")

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def _start_on(self, port: int) -> None:
        if is_taken(port):
            raise PortTaken(port)
        self._check_set_up()
        keep_from_others(self.persist)
        command = self._command(port)
        environment = wrangler_environment(self.project, workerd=self._workerd)
        owner_only.make_folder(Path(environment["HOME"]))
        with worker_log.open_log(self.log_path, fresh=self._log_start is None) as log:
            self._log_start = self.log_path.stat().st_size
            self._group = ProcessGroup(command, cwd=self.config.parent, env=environment, log=log)
        try:
            self._wait()
        except BaseException:
            self.stop()
            raise

    def _check_set_up(self) -> None:
        check_place(current())
        needed = (self.config.parent / "python_modules", self.config)
        for path in needed:
            if not path.exists():
                raise LocalError(f"{path} is missing", SETUP_HINT)

    def _wait(self) -> None:
        wait_for_answer(self.url, self._wait_for_port(), self._check, self.log_path)

    def _wait_for_port(self) -> float:
        """Until wrangler reports that it has the port, another server might answer on it.

        Returns the deadline for everything that is left.
        """
        deadline = time.monotonic() + self.timeout
        wait_until(self._announced, deadline, self.log_path)
        return deadline

    def _announced(self) -> bool:
        self._check()
        return worker_log.READY.encode() in self._output()

    def _check(self) -> None:
        """Raises if the Worker exited, so that waiting is pointless."""
        if self.exit_code() is not None:
            if worker_log.TAKEN.encode() in self._output():
                raise PortTaken(self.port)
            raise self._explain("did not start")

    def _explain(self, what: str) -> LocalError:
        return worker_log.explain(self._output(), self.log_path, f"the Worker {what}")

    def _output(self) -> bytes:
        return worker_log.read_from(self.log_path, self._log_start or 0)

    def _command(self, port: int) -> list[str]:
        worker = {
            "config": str(self.config),
            "env": self.project.environment.name,
            "devVars": self.project.environment.dev_vars,
            "flags": FLAGS,
            "host": HOST,
            "port": port,
            "persist": str(self.persist),
            "origin": parse_address(self.url).origin,
            "kept": str(kept_log.beside(self.log_path)),
            "keptBytes": kept_log.LIMIT,
        }
        scripts = files("px.local")
        return [
            *(str(node()), "--no-warnings", "--import", str(scripts / "lifeline.mjs")),
            *(str(scripts / "wrangler_dev.mjs"), str(current().wrangler_library())),
            json.dumps(worker),
        ]
