"""The parts of wrangler.toml that a deploy needs, and a copy of it with ids filled in."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from px.errors import Usage
from px.project import owner_only
from px.project.workspace import Project


@dataclass(frozen=True, slots=True)
class Manifest:
    """The Worker's name, and its KV bindings with their ids, if any."""

    worker: str
    namespaces: Mapping[str, str | None]
    fields: Mapping[str, Any]

    def title(self, binding: str) -> str:
        """The name that wrangler gives to a namespace that it creates for the binding."""
        return f"{self.worker}-{binding.lower().replace('_', '-')}"


def read_manifest(project: Project) -> Manifest:
    """Raises Usage."""
    try:
        fields = tomllib.loads(project.config.read_text())
        found = {one["binding"]: one.get("id") for one in fields.get("kv_namespaces", ())}
        return Manifest(fields["name"], found, fields)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        raise Usage(
            "wrangler.toml is not valid TOML, or has no name", hint="`wrangler check` may show more"
        ) from None


@contextmanager
def connected(
    project: Project, manifest: Manifest, ids: Mapping[str, str]
) -> Iterator[Path | None]:
    """A config for wrangler with these namespaces' ids; None if there are none to add.

    It is next to wrangler.toml, as its paths are relative. wrangler.toml itself is not changed: an
    id there would give the local Worker a different KV.
    """
    if not ids:
        yield None
        return
    found = [
        dict(one) | ({"id": ids[one["binding"]]} if one["binding"] in ids else {})
        for one in manifest.fields["kv_namespaces"]
    ]
    path = project.root / ".px-wrangler.json"
    owner_only.replace(path, json.dumps({**manifest.fields, "kv_namespaces": found}).encode())
    try:
        yield path
    finally:
        path.unlink(missing_ok=True)
