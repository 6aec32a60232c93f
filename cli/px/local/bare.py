"""workerd without wrangler: what a deploy would run, and what a benchmark should measure."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from px.local import worker_log
from px.local.first_answer import wait_for_answer
from px.local.port import HOST, free_port
from px.local.process_group import ProcessGroup
from px.local.runtime_config import SOCKET, write_config
from px.local.workerd import workerd_command
from px.project.workspace import Workspace


class BareWorker:
    """`workerd serve` with a wrangler.toml's Worker and Miniflare's KV, on a free port.

    `snapshot` is a file from `snapshot.take` of the same Worker; `persist` a folder for KV (by
    default a temporary one). Its files are in a private temporary folder until `stop`.
    """

    def __init__(
        self,
        project: Workspace,
        *,
        secrets: Mapping[str, str],
        config: Path | None = None,
        persist: Path | None = None,
        snapshot: Path | None = None,
        timeout: float = 60.0,
    ) -> None:
        self.project = project
        self.timeout = timeout
        self.port = 0
        self._folder = tempfile.TemporaryDirectory(prefix="px-workerd.")
        self._snapshot = snapshot
        self._group: ProcessGroup | None = None
        folder = Path(self._folder.name)
        self.log_path = folder / "worker.log"
        self._config = write_config(
            project, folder, secrets, config=config, persist=persist, is_online=True
        )

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}"

    @property
    def group_id(self) -> int | None:
        return self._group.id if self._group else None

    def start(self) -> float:
        """Starts it; returns the seconds from process start to the first answer of /status."""
        self.port = free_port()
        command = workerd_command("serve", self._config, snapshot=self._snapshot)
        command.append(f"--socket-addr={SOCKET}={HOST}:{self.port}")
        began = time.perf_counter()
        with worker_log.open_log(self.log_path, fresh=True) as log:
            self._group = ProcessGroup(command, cwd=self._config.parent, env={}, log=log)
        try:
            self._wait()
        except BaseException:
            self._end()
            raise
        return time.perf_counter() - began

    def stop(self) -> None:
        """Stops it and removes its files; does nothing the second time."""
        self._end()
        self._folder.cleanup()

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def _end(self) -> None:
        group, self._group = self._group, None
        if group:
            group.stop()

    def _wait(self) -> None:
        deadline = time.monotonic() + self.timeout
        wait_for_answer(self.url, deadline, self._check, self.log_path)

    def _check(self) -> None:
        if self._group is None or self._group.exit_code() is not None:
            raise worker_log.explain(self.log_path.read_bytes(), self.log_path)
