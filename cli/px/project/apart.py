"""Whether an environment has everything that the Worker needs, and nothing of another one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from px.errors import Refused
from px.project.environment import TOP_LEVEL, Environment
from px.project.inheritance import Fields, bindings, fields_of, names_of
from px.project.manifest import Manifest


def check_apart(manifest: Manifest) -> None:
    """Raises Refused, before anything goes up. Production has nothing that it could lack."""
    name, config = manifest.environment.name, manifest.config.name
    if not name:
        return
    own = set(bindings(manifest.fields))
    lacks = [one for one in bindings(manifest.written) if one not in own]
    if lacks:
        raise Refused(
            f"the environment {name} in {config} lacks {', '.join(lacks)}; nothing was changed",
            code="environment_incomplete",
            hint="wrangler inherits no binding: repeat each one under "
            f"env.{name}, as `px env add` does",
        )
    for other in ("", *names_of(manifest.written)):
        if other != name:
            fields = fields_of(manifest.written, Environment(other), config)
            for shared in _shared(manifest.fields, fields):
                raise Refused(
                    f"the environments {name} and {other or TOP_LEVEL} in {config} share {shared}; "
                    "nothing was changed",
                    code="environment_shared",
                    hint=f"give env.{name} its own",
                )


def missing_variables(manifest: Manifest) -> list[str]:
    """Those of the top level that an environment does not repeat, and so does not have."""
    return [name for name in manifest.written.get("vars", {}) if name not in manifest.variables]


def _shared(own: Fields, other: Fields) -> Iterator[str]:
    if own.get("name") == other.get("name"):
        yield f"the Worker's name {own.get('name')}"
    taken = set(_places(other))
    yield from (what for what in _places(own) if what in taken)
    for one in own.get("durable_objects", {}).get("bindings", ()):
        if one.get("script_name") == other.get("name"):
            yield f"the objects of {one.get('name')}"


def _places(fields: Fields) -> Iterator[str]:
    for one in fields.get("kv_namespaces", ()):
        if id_ := one.get("id"):
            yield f"the KV namespace {id_}"
    routes = [fields["route"]] if fields.get("route") else fields.get("routes", ())
    for one in routes:
        yield f"the route {one.get('pattern') if isinstance(one, Mapping) else one}"
