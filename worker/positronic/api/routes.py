"""Every call that needs a token, and how an address finds it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from positronic.api import audit, brains, keys, secrets, tokens
from positronic.api.routing import AnyRoute, Routes
from positronic.errors import MethodNotAllowed, NotFound
from positronic.http.request import decode_segment

# `*` stands for one segment.
ROUTES: Final[Routes] = {
    **secrets.ROUTES,
    **audit.ROUTES,
    **tokens.ROUTES,
    **keys.ROUTES,
    **brains.ROUTES,
}


def find(method: str, path: str) -> tuple[AnyRoute, str]:
    """The route, and the decoded segment that stood for `*` (or the last one that could)."""
    methods, segment = _methods(path)
    if methods is None:
        raise NotFound("there is nothing at this address")
    if method not in methods:
        raise not_allowed(methods)
    return methods[method], decode_segment(segment)


def _methods(path: str) -> tuple[Mapping[str, AnyRoute] | None, str]:
    segments = path.split("/", 6)
    found, segment = ROUTES.get(path), segments[2] if len(segments) > 2 else ""
    for place in (2, 3):
        if found is None and len(segments) > place and segments[place]:
            segment = segments[place]
            found = ROUTES.get("/".join([*segments[:place], "*", *segments[place + 1 :]]))
    return found, segment


def not_allowed(methods: Iterable[str]) -> MethodNotAllowed:
    allowed = ", ".join(methods)
    return MethodNotAllowed(f"use {allowed} here", headers={"Allow": allowed})
