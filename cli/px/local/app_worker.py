"""An app as a process of its own: wrangler, and the workerd that it starts."""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib.resources import files
from typing import Final

from px.cloudflare.printed_failure import reason
from px.local.app import App
from px.local.app_bindings import KEPT
from px.local.port import HOST
from px.local.server import FLAGS, LocalWorker
from px.project.errors import LocalError
from px.project.workspace import Workspace, node
from px.tools.inventory import check_place
from px.tools.place import current

_SDK: Final = "python_modules/workers"


class AppWorker(LocalWorker):
    """wrangler bundles it, as always, and reloads it when its code is saved.

    Its KV and objects are where its own `wrangler dev` has them. `doors`: the path behind each of
    its bindings to the project's Worker.
    """

    def __init__(
        self, project: Workspace, app: App, *, port: int, doors: Mapping[str, str]
    ) -> None:
        log = project.own(f"app-{app.name}.log")
        super().__init__(project, config=app.config, port=port, log_path=log)
        self.app = app
        self.doors = doors

    def _check_set_up(self) -> None:
        check_place(current())
        if self.app.is_python and not (self.app.folder / _SDK).is_dir():
            raise LocalError(
                f"{self.app.name} has no {_SDK}, which a Worker in Python needs",
                "run `uv run pywrangler sync` in its folder",
            )

    def _wait(self) -> None:
        self._wait_for_port()

    def _explain(self, what: str) -> LocalError:
        return LocalError(
            f"{self.app.name} {what}",
            reason(self._output().decode(errors="replace")) or f"its log is {self.log_path}",
        )

    def _command(self, port: int) -> list[str]:
        flags = [*self.app.manifest.flags, *FLAGS] if self.app.is_python else []
        scripts = files("px.local")
        app = {
            "config": str(self.config),
            "env": self.app.manifest.environment.name,
            "nothing": str(scripts / "nothing.json"),
            "kept": sorted(KEPT),
            "absent": list(self.app.bindings.absent),
            "doors": dict(self.doors),
            "flags": list(dict.fromkeys(flags)),
            "host": HOST,
            "port": port,
            "folder": str(self.app.folder),
            "project": str(self.project.root.resolve()),
            "tools": str(current().folder.resolve()),
        }
        return [
            *(str(node()), "--no-warnings", "--import", str(scripts / "lifeline.mjs")),
            *(str(scripts / "app_dev.mjs"), str(current().wrangler_library())),
            json.dumps(app),
        ]
