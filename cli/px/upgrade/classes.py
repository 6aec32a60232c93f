"""Durable Object classes: which ones wrangler.toml lacks, and what to paste for them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

import tomlkit

from px.project.inheritance import Fields


def merged(fresh: str, current: Fields, version: str) -> str:
    """The template's wrangler.toml with the project's own migrations, and one more if needed.

    A migration that was deployed must stay: Cloudflare has carried it out.
    """
    document = tomlkit.parse(fresh)
    kept = [*current.get("migrations", ())]
    if kept:
        added = _migration(document, current, version)
        document["migrations"] = tomlkit.aot()
        for one in [*kept, *([added] if added else [])]:
            document["migrations"].append(tomlkit.item(dict(one)))
    return tomlkit.dumps(document)


def missing(fresh: Fields, current: Fields, version: str) -> str:
    """What to paste into wrangler.toml, "" for nothing: bindings, per environment, and classes."""
    tables = [("", current)]
    tables += [(f"env.{name}.", table) for name, table in current.get("env", {}).items()]
    lines = [line for prefix, table in tables for line in _bindings(fresh, table, prefix)]
    if one := _migration(fresh, current, version):
        lines.append(_table("migrations", one))
    return "\n".join(lines)


def _bindings(fresh: Fields, table: Fields, prefix: str) -> Iterator[str]:
    known = {one.get("name") for one in _objects(table)}
    for one in _objects(fresh):
        if one["name"] not in known:
            yield _table(f"{prefix}durable_objects.bindings", one)


def _objects(table: Fields) -> Sequence[Fields]:
    found: Sequence[Fields] = table.get("durable_objects", {}).get("bindings", ())
    return found


def _migration(fresh: Fields, current: Fields, version: str) -> dict[str, Any] | None:
    """For the classes that no migration of the project has created."""
    lacking = sorted(_classes(fresh) - _classes(current))
    if not lacking:
        return None
    tags = {one.get("tag") for one in current.get("migrations", ())}
    newest = fresh["migrations"][-1]["tag"]
    tag = f"px-{version}" if newest in tags else str(newest)
    return {"tag": tag, "new_sqlite_classes": lacking}


def _classes(fields: Fields) -> set[str]:
    found: set[str] = set()
    for one in fields.get("migrations", ()):
        found |= {*one.get("new_sqlite_classes", ()), *one.get("new_classes", ())}
        found -= {*one.get("deleted_classes", ())}
        for renamed in one.get("renamed_classes", ()):
            found = (found - {renamed["from"]}) | {renamed["to"]}
    return {str(one) for one in found}


def _table(name: str, fields: Fields) -> str:
    lines = (f"{key} = {json.dumps(value)}" for key, value in fields.items())
    return "\n".join([f"[[{name}]]", *lines, ""])
