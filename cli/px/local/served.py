"""The project's Worker on workerd without wrangler, where it can have doors for apps."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Final

from px.http.address import parse_address
from px.local.app_bindings import ENTRYPOINT
from px.local.door import Door
from px.local.port import HOST
from px.local.runtime_config import CONFIG, SOCKET, write_config
from px.local.server import LocalWorker
from px.local.workerd import workerd_command
from px.project import dev_vars, owner_only
from px.project.errors import LocalError
from px.project.workspace import Workspace, node

_NO_ENTRYPOINT: Final = b"no such named entrypoint"
# What a local Worker never takes from wrangler.toml; see wrangler_dev.mjs.
_REMINDERS: Final = ("REMINDER_URL", "REMINDER_SECRET")


class ServedWorker(LocalWorker):
    """On the same files as `wrangler dev`: its ledgers, KV and .dev.vars.

    wrangler cannot give a Worker a door, only workerd's own config can. `doors`: asked for at each
    start.
    """

    def __init__(
        self, project: Workspace, *, port: int, doors: Callable[[], Sequence[Door]]
    ) -> None:
        super().__init__(project, port=port)
        self._doors = doors

    def reload(self) -> None:
        """Restarts it: workerd reads its config, with what is in .dev.vars, only once."""
        self.stop()
        self.start()

    def _start_on(self, port: int) -> None:
        try:
            super()._start_on(port)
        finally:
            forget(self.project)

    def _explain(self, what: str) -> LocalError:
        said = self._output()
        if _NO_ENTRYPOINT in said and b"Traceback" not in said:
            return LocalError(
                f"worker/entry.py exports no {ENTRYPOINT}, which a Worker of --with binds",
                "`px upgrade` prints what it lacks",
            )
        return super()._explain(what)

    def _command(self, port: int) -> list[str]:
        folder = _folder(self.project)
        owner_only.make_folder(folder)
        doors = self._doors()
        for door in doors:  # workerd does not take over the file of an earlier run
            Path(door.path).unlink(missing_ok=True)
        config = write_config(
            self.project,
            folder,
            self._secrets(),
            persist=self.persist,
            is_online=True,
            doors=doors,
        )
        command = [*workerd_command("serve", config), f"--socket-addr={SOCKET}={HOST}:{port}"]
        scripts = files("px.local")
        return [
            *(str(node()), "--no-warnings", "--import", str(scripts / "lifeline.mjs")),
            *(str(scripts / "serve.mjs"), json.dumps(command)),
        ]

    def _secrets(self) -> dict[str, str]:
        origin = {"LOCAL_ORIGIN": parse_address(self.url).origin}
        return dict.fromkeys(_REMINDERS, "") | dev_vars.read_all(self.project) | origin


def forget(project: Workspace) -> None:
    """Removes workerd's config, which has all of .dev.vars in clear."""
    (_folder(project) / CONFIG).unlink(missing_ok=True)


def _folder(project: Workspace) -> Path:
    return project.own("served")
