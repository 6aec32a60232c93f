"""Every call, and how a method and a path find theirs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final

from positronic.api import (
    audit,
    backup,
    brains,
    copies,
    grants,
    keys,
    policies,
    projects,
    secrets,
    status,
    targets,
    tokens,
    versions,
)
from positronic.api.routing import Route
from positronic.errors import MethodNotAllowed, NotFound
from positronic.http.request import decode_segment

ROUTES: Final = (
    *status.ROUTES,
    *secrets.ROUTES,
    *versions.ROUTES,
    *policies.ROUTES,
    *audit.ROUTES,
    *tokens.ROUTES,
    *grants.ROUTES,
    *targets.ROUTES,
    *keys.ROUTES,
    *copies.ROUTES,
    *projects.ROUTES,
    *backup.ROUTES,
    *brains.ROUTES,
)


def _by_pattern() -> dict[str, dict[str, Route]]:
    """`*` stands for one segment, whatever its name."""
    found: dict[str, dict[str, Route]] = {}
    for route in ROUTES:
        found.setdefault(re.sub(r"\{\w+\}", "*", route.path), {})[route.method] = route
    return found


_PATTERNS: Final = _by_pattern()


def find(method: str, path: str) -> tuple[Route, str]:
    """The route, and the decoded segment that stood for `*` (or the last one that could)."""
    methods, segment = _methods(path)
    if methods is None:
        raise NotFound("there is nothing at this address")
    if method not in methods:
        raise _not_allowed(methods)
    return methods[method], decode_segment(segment)


def _methods(path: str) -> tuple[Mapping[str, Route] | None, str]:
    segments = path.split("/", 6)
    found, segment = _PATTERNS.get(path), segments[2] if len(segments) > 2 else ""
    for position in (2, 3):
        if found is None and len(segments) > position and segments[position]:
            segment = segments[position]
            pattern = [*segments[:position], "*", *segments[position + 1 :]]
            found = _PATTERNS.get("/".join(pattern))
    if found is None and len(segments) == 5 and segments[2] and segments[4]:
        segment = segments[2]
        found = _PATTERNS.get("/".join([*segments[:2], "*", segments[3], "*"]))
    return found, segment


def _not_allowed(methods: Iterable[str]) -> MethodNotAllowed:
    allowed = ", ".join(methods)
    return MethodNotAllowed(f"use {allowed} here", headers={"Allow": allowed})
