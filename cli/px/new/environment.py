"""The block of a new environment in wrangler's configuration: nothing there is inherited."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Any, Final

from px.errors import Refused
from px.project import owner_only
from px.project.environment import Environment
from px.project.inheritance import NOT_INHERITED
from px.project.manifest import Manifest

_COPIED: Final = ("vars", "secrets", "triggers", "observability", "durable_objects")
# Addresses: what is posted to production's receiver is about production, and so are its targets.
_EMPTIED: Final = ("REMINDER_URL", "TARGETS")
_OWN: Final = ("id", "preview_id", "script_name")


@dataclass(frozen=True, slots=True)
class Block:
    """`left`: fields that name something of production's, which px cannot make another of."""

    environment: Environment
    fields: Mapping[str, Any]
    left: tuple[str, ...]

    @property
    def worker(self) -> str:
        return str(self.fields["name"])

    def toml(self) -> str:
        import tomlkit

        return tomlkit.dumps({"env": {self.environment.name: self.fields}})

    def json(self) -> str:
        return json.dumps({"env": {self.environment.name: self.fields}}, indent=2)


def make_block(manifest: Manifest, environment: Environment) -> Block:
    """Everything that the top level has and an environment does not inherit, but no resource."""
    top = manifest.written
    fields: dict[str, Any] = {"name": f"{manifest.worker}-{environment.name}"}
    if top.get("routes") or top.get("route"):  # inherited: the domain would be taken away
        fields |= {"workers_dev": True, "routes": []}
    fields |= {name: deepcopy(top[name]) for name in _COPIED if name in top}
    for name in _EMPTIED:
        if name in fields.get("vars", {}):
            fields["vars"][name] = ""
    if "kv_namespaces" in top:
        fields["kv_namespaces"] = [_apart(one) for one in top["kv_namespaces"]]
    if "bindings" in fields.get("durable_objects", {}):
        bound = fields["durable_objects"]["bindings"]
        fields["durable_objects"]["bindings"] = [_apart(one) for one in bound]
    left = tuple(name for name in top if name in NOT_INHERITED and name not in fields)
    return Block(environment, fields, left)


def append(manifest: Manifest, block: Block) -> None:
    """Writes the block after everything else in wrangler.toml, of which every byte stays.

    Raises Refused where TOML does not allow that.
    """
    old = manifest.config.read_text()
    new = f"{old.rstrip()}\n\n{_HEAD.format(block.environment.name)}{block.toml()}"
    others = manifest.written.get("env", {})
    wanted = {**manifest.written, "env": {**others, block.environment.name: block.fields}}
    try:
        fits = tomllib.loads(new) == wanted
    except ValueError:
        fits = False
    if not fits:
        raise Refused(
            f"px cannot add a block to {manifest.config.name}; nothing was changed",
            code="environment_not_added",
            hint="write its environments as tables, such as [env.qa]",
        )
    path = manifest.config.resolve()
    owner_only.replace(path, new.encode(), path.stat().st_mode & 0o777)


_HEAD: Final = (
    "# What `px --env {0}` deploys. Nothing here is inherited: no variable and no binding.\n"
)


def _apart(binding: Mapping[str, Any]) -> dict[str, Any]:
    """`px deploy` makes the environment's own."""
    return {name: found for name, found in binding.items() if name not in _OWN}
