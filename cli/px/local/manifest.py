"""The parts of wrangler.toml that workerd itself needs."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from px.project.errors import LocalError


@dataclass(frozen=True, slots=True)
class Manifest:
    """The main module, the compatibility settings, and the bindings for workerd."""

    main: Path
    date: str
    flags: tuple[str, ...]
    variables: Mapping[str, str]
    kv: Mapping[str, str]  # binding -> namespace id
    objects: Mapping[str, str]  # binding -> class of the Worker's own Durable Objects
    name: str

    @property
    def modules(self) -> Path:
        """The folder with the .py files that are the Worker's modules."""
        return self.main.parent


def read_manifest(config: Path) -> Manifest:
    """Raises LocalError if the file is invalid or lacks what every Worker needs."""
    try:
        fields = tomllib.loads(config.read_text())
        return Manifest(
            main=config.parent / fields["main"],
            date=fields["compatibility_date"],
            flags=tuple(fields.get("compatibility_flags", ())),
            variables={name: str(text) for name, text in fields.get("vars", {}).items()},
            kv={one["binding"]: _namespace(one) for one in fields.get("kv_namespaces", ())},
            objects={
                one["name"]: one["class_name"]
                for one in fields.get("durable_objects", {}).get("bindings", ())
            },
            name=fields.get("name", "worker"),
        )
    except FileNotFoundError:
        raise LocalError(f"{config} is missing") from None
    except tomllib.TOMLDecodeError as problem:
        raise LocalError(f"{config} is not valid TOML", str(problem)) from None
    except KeyError as missing:
        raise LocalError(f"{config} lacks {missing}") from None


def _namespace(entry: Mapping[str, str]) -> str:
    # wrangler's local name, so that both find the same data.
    return entry.get("preview_id") or entry.get("id") or entry["binding"]
