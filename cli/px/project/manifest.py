"""A Worker's settings in wrangler's configuration, and a copy of it with ids filled in."""

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
from px.project.environment import PRODUCTION, Environment
from px.project.inheritance import fields_of
from px.terminal import printable


@dataclass(frozen=True, slots=True)
class Manifest:
    """The Worker's name, its bindings, and what workerd itself must know to run it.

    `fields`: those of its environment; `written`: the whole file. Raises Usage for a missing name,
    main module or date, when it is used.
    """

    config: Path
    namespaces: Mapping[str, str | None]  # KV binding -> its id, if any
    local_namespaces: Mapping[str, str]  # KV binding -> wrangler's local name of the namespace
    objects: Mapping[str, str]  # binding -> class of the Worker's own Durable Objects
    fields: Mapping[str, Any]
    written: Mapping[str, Any]
    environment: Environment = PRODUCTION

    def title(self, binding: str) -> str:
        """The name that wrangler gives to a namespace that it creates for the binding."""
        return f"{self.worker}-{binding.lower().replace('_', '-')}"

    @property
    def worker(self) -> str:
        return self._required("name")

    @property
    def main(self) -> Path:
        return self.config.parent / self._required("main")

    @property
    def date(self) -> str:
        return self._required("compatibility_date")

    @property
    def flags(self) -> tuple[str, ...]:
        return tuple(self.fields.get("compatibility_flags", ()))

    @property
    def crons(self) -> tuple[str, ...]:
        with usable(self.config):
            return tuple(self.fields.get("triggers", {}).get("crons", ()))

    @property
    def variables(self) -> dict[str, str]:
        """As text; tables and lists as JSON, as the Worker takes them."""
        found = self.fields.get("vars", {})
        return {
            name: json.dumps(one) if isinstance(one, dict | list) else str(one)
            for name, one in found.items()
        }

    def _required(self, name: str) -> str:
        if name not in self.fields:
            raise _unusable(self.config, f"lacks {name!r}")
        return str(self.fields[name])


def read_manifest(config: Path, environment: Environment = PRODUCTION) -> Manifest:
    """The Worker of this environment. Raises Usage, with what is wrong."""
    with usable(config):
        return _manifest(config, _parsed(config), environment)


def in_environment(known: Manifest, environment: Environment) -> Manifest:
    """The same file's Worker of another environment. Raises Usage, with what is wrong."""
    with usable(known.config):
        return _manifest(known.config, known.written, environment)


def _manifest(config: Path, written: Mapping[str, Any], environment: Environment) -> Manifest:
    fields = fields_of(written, environment, config.name)
    kv = fields.get("kv_namespaces", ())
    return Manifest(
        config,
        namespaces={one["binding"]: one.get("id") for one in kv},
        local_namespaces={
            one["binding"]: one.get("preview_id") or one.get("id") or one["binding"] for one in kv
        },
        objects={
            one["name"]: one["class_name"]
            for one in fields.get("durable_objects", {}).get("bindings", ())
        },
        fields=fields,
        written=written,
        environment=environment,
    )


@contextmanager
def usable(config: Path) -> Iterator[None]:
    """Raises Usage for a file that cannot be read, or whose fields are not as they should be."""
    try:
        yield
    except KeyError as missing:
        raise _unusable(config, f"lacks {missing}") from None
    except OSError as error:
        raise _unusable(config, f"cannot be read: {(error.strerror or '').lower()}") from None
    except (ValueError, TypeError, AttributeError):
        raise _unusable(config, "has a field that wrangler would not take") from None


def _parsed(config: Path) -> dict[str, Any]:
    """Raises Usage and OSError."""
    try:
        text = config.read_text()
        if config.suffix == ".toml":
            return tomllib.loads(text)
        import json5  # as wrangler: with comments and trailing commas, also in wrangler.json

        found = json5.loads(text)
    except (ValueError, RecursionError) as error:
        why = printable(str(error).replace("<string>:", "line "))
        raise _unusable(config, f"is not valid {config.suffix[1:].upper()}: {why}") from None
    if not isinstance(found, dict):
        raise _unusable(config, "is not a JSON object")
    return found


def _unusable(config: Path, what: str) -> Usage:
    return Usage(f"{config.name} {what}", hint=f"fix {config.name}; nothing was changed")


@contextmanager
def connected(manifest: Manifest, ids: Mapping[str, str]) -> Iterator[Path | None]:
    """A config for wrangler with these namespaces' ids; None if there are none to add.

    It is next to wrangler.toml, as its paths are relative. wrangler.toml itself is not changed: an
    id there would give the local Worker a different KV.
    """
    if not ids:
        yield None
        return
    path = manifest.config.with_name(manifest.environment.wrangler_config)
    owner_only.replace(path, json.dumps(_with_ids(manifest, ids)).encode())
    try:
        yield path
    finally:
        path.unlink(missing_ok=True)


def _with_ids(manifest: Manifest, ids: Mapping[str, str]) -> dict[str, Any]:
    found = [
        dict(one) | ({"id": ids[one["binding"]]} if one["binding"] in ids else {})
        for one in manifest.fields["kv_namespaces"]
    ]
    whole, name = dict(manifest.written), manifest.environment.name
    if not name:
        return whole | {"kv_namespaces": found}
    own = whole["env"][name] | {"kv_namespaces": found}
    return whole | {"env": whole["env"] | {name: own}}
