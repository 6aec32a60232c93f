"""What an environment of wrangler takes from the top level, as wrangler itself does it.

Neither variables nor bindings: an environment that does not repeat them has none.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Any, Final

from px.errors import Usage
from px.project.environment import TOP_LEVEL, Environment, check_name
from px.terminal import printable

Fields = Mapping[str, Any]

# Every field that wrangler 4.164.0 reads with notInheritable().
NOT_INHERITED: Final = frozenset(
    {
        *("vars", "secrets", "define", "durable_objects", "workflows", "kv_namespaces"),
        *("cloudchamber", "containers", "send_email", "queues", "connect", "r2_buckets"),
        *("d1_databases", "vectorize", "ai_search_namespaces", "ai_search", "agent_memory"),
        *("hyperdrive", "services", "analytics_engine_datasets", "dispatch_namespaces"),
        *("mtls_certificates", "tail_consumers", "streaming_tail_consumers", "unsafe", "browser"),
        *("analytics", "ai", "images", "stream", "media", "pipelines", "k2"),
        *("secrets_store_secrets", "artifacts", "unsafe_hello_world", "flagship"),
        *("worker_loaders", "ratelimits", "vpc_services", "vpc_networks", "version_metadata"),
    }
)


def names_of(fields: Fields) -> list[str]:
    """The environments in a configuration, without production.

    Raises Usage for a name that px would not take: it becomes part of paths and of shell words.
    """
    found = list(fields.get("env", {}))
    for name in found:
        check_name(name, f"env.{printable(name)}")
    return found


def fields_of(fields: Fields, environment: Environment, config: str) -> dict[str, Any]:
    """The fields of this environment, as wrangler would use them.

    Raises Usage for one that is not there: wrangler would take the top level instead.
    """
    known = names_of(fields)
    if TOP_LEVEL in known:
        raise Usage(
            f"{config} has an environment named {TOP_LEVEL}, which is what px calls the top level",
            code="invalid_environment",
            hint=f"give env.{TOP_LEVEL} another name",
        )
    top = {name: found for name, found in fields.items() if name != "env"}
    if not environment.name:
        return top
    check_known(fields, environment, config)
    own = dict(fields["env"][environment.name])
    if "name" in top:
        own.setdefault("name", f"{top['name']}-{environment.name}")
    return {name: found for name, found in top.items() if name not in NOT_INHERITED} | own


def bindings(fields: Fields) -> Iterator[str]:
    """The names of everything that the Worker's code finds in its `env`, variables aside."""
    for field in sorted(NOT_INHERITED - {"vars", "secrets", "define", "unsafe"}):
        yield from bindings_of(field, fields)


def bindings_of(field: str, fields: Fields) -> Iterator[str]:
    """The names of the bindings that one field makes."""
    found = fields.get(field, ())
    if field == "queues":
        found = found.get("producers", ()) if found else ()
    elif isinstance(found, Mapping):  # one binding, or durable_objects
        found = found.get("bindings", [found])
    for one in found:
        if name := one.get("binding") or one.get("name"):
            yield str(name)


def check_known(fields: Fields, environment: Environment, config: str) -> None:
    """Raises Usage for an environment that is not there, with the nearest one that is."""
    known = names_of(fields)
    if environment.name and environment.name not in known:
        raise _unknown(environment, known, config)


def _unknown(environment: Environment, known: list[str], config: str) -> Usage:
    name = environment.name
    near = get_close_matches(name, known, n=1)
    others = f"it has {', '.join(known)}; " if known else ""
    meant = f"did you mean `{near[0]}`? " if near else others
    return Usage(
        f"{config} has no environment {name}",
        code="unknown_environment",
        hint=f"{meant}`px env add {name}` adds one",
    )
