"""A Worker's projects over HTTP, only for the root token."""

from __future__ import annotations

from collections.abc import Iterator

from positronic.names import parse_project
from px.api import decode
from px.api.client import Client
from px.api.decode import Fields


def list_projects(client: Client) -> Iterator[str]:
    """Every project of the Worker, by name, without unreadable ones."""
    return (name for name in client.pages("/projects", "projects", _name) if name is not None)


def _name(found: Fields) -> str | None:
    if decode.is_unreadable(found):
        return None
    return str(parse_project(decode.text(found["name"])))
