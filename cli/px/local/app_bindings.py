"""Which bindings of an app work on this machine, and what is said of those that do not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

from px.project.inheritance import NOT_INHERITED, Fields, bindings_of
from px.project.manifest import Manifest

ENTRYPOINT: Final = "Secrets"  # what a project's Worker exports for other Workers

_LOCAL: Final = frozenset(
    {
        *("vars", "secrets", "define", "services", "durable_objects", "workflows", "queues"),
        *("kv_namespaces", "r2_buckets", "d1_databases", "analytics_engine_datasets"),
        *("version_metadata",),
    }
)
# Every other field is as if it were not there: above all build, unsafe, whose bindings can name a
# plugin, containers, and dev with its addresses and its debugger.
KEPT: Final = _LOCAL | {
    *("name", "main", "compatibility_date", "compatibility_flags", "migrations", "rules"),
    *("base_dir", "find_additional_modules", "preserve_file_names", "no_bundle", "minify"),
    *("keep_names", "alias", "tsconfig", "jsx_factory", "jsx_fragment", "python_modules"),
    *("assets", "triggers", "route", "routes"),
}


class Way(NamedTuple):
    """A binding of an app to the project's Worker."""

    binding: str
    entrypoint: str | None
    props: Mapping[str, Any]


class AppBindings(NamedTuple):
    """`absent`: each binding that the app does not get, and why."""

    ways: tuple[Way, ...]
    absent: Mapping[str, str]


def read_bindings(manifest: Manifest, ours: str) -> AppBindings:
    """`ours`: the name of the project's Worker. Raises what comes of a malformed field."""
    fields, own = manifest.fields, manifest.worker
    ways: list[Way] = []
    absent = dict(_elsewhere(fields)) | dict(_of_others(fields, own))
    for one in fields.get("services", ()):
        name, service, entrypoint = str(one["binding"]), one["service"], one.get("entrypoint")
        if service == ours and entrypoint in (None, ENTRYPOINT):
            ways.append(Way(name, entrypoint, dict(one.get("props", {}))))
        elif service == ours:
            absent[name] = f"{ours} has no entry point {entrypoint}"
        elif service != own:
            absent[name] = f"px dev does not run the Worker {service}"
    return AppBindings(tuple(ways), absent)


def _elsewhere(fields: Fields) -> Iterator[tuple[str, str]]:
    for field in sorted((NOT_INHERITED - _LOCAL) & fields.keys()):
        for name in [*bindings_of(field, fields)] or [field]:
            yield name, f"{field} does not work on this machine"


def _of_others(fields: Fields, own: str) -> Iterator[tuple[str, str]]:
    """Durable Objects and workflows of another Worker, be it the project's."""
    found = [*fields.get("durable_objects", {}).get("bindings", ()), *fields.get("workflows", ())]
    for one in found:
        if one.get("script_name", own) != own:
            name = one.get("binding") or one["name"]
            yield str(name), f"px dev gives no objects of the Worker {one['script_name']}"
