"""The local Worker's keys: MASTER_KEYS in `.dev.vars`, which `px dev` passes to the Worker.

Not MASTER_KEYS_NEXT: wrangler only reads from `.dev.vars` what wrangler.toml requires, and unlike
at Cloudflare, the old keys can be read here.
"""

from __future__ import annotations

from px.errors import Refused
from px.project import dev_vars
from px.project.master_key import MasterKey
from px.project.workspace import Project


class DevVars:
    """A project's `.dev.vars`: mode 600, replaced whole."""

    def __init__(self, project: Project) -> None:
        self._project = project

    def check(self, *, resuming: bool) -> None:
        if not self._project.dev_vars.exists():
            raise Refused(".dev.vars is missing", code="no_keys", hint="start `px dev`")

    def put_in_front(self, key: MasterKey) -> None:
        others = [entry for entry in dev_vars.read_keys(self._project) if entry != key.entry]
        dev_vars.write_keys(self._project, [key.entry, *others])

    def keep_only(self, key: MasterKey) -> None:
        dev_vars.write_keys(self._project, [key.entry])
