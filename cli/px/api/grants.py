"""A project's grants over HTTP: which app may read which secrets over its binding."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from positronic.names import App, Name, parse_app
from px.api import decode, doubt
from px.api.client import Client, entry_path
from px.api.decode import Fields

_AT_ONCE = 100


class Grant(NamedTuple):
    """`updated_by`: who changed it last. `is_unreadable`: it grants nothing, and `app` is any text.

    Actors are text from a server: never print them to a terminal unescaped.
    """

    app: str
    names: Sequence[Name] = ()
    created_at: str = ""
    updated_at: str = ""
    updated_by: Mapping[str, str] | None = None
    is_unreadable: bool = False

    def document(self) -> dict[str, object]:
        """As in the contract."""
        if self.is_unreadable:
            return {"as": self.app, "unreadable": True}
        return {
            "as": self.app,
            "read": list(self.names),
            "createdAt": self.created_at,
            "updatedAt": self.updated_at,
            "updatedBy": dict(self.updated_by or {}),
        }


class Added(NamedTuple):
    """`missing`: the names of the grant for which there is no secret now."""

    grant: Grant
    missing: Sequence[Name]


class Grants:
    """The calls that need the role admin."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def add(self, app: App, names: Sequence[Name]) -> Added:
        """The app may read these too."""
        body = {"as": app, "read": list(names)}
        return self._client.write("/grants", body, _added, doubt.GRANT)

    def list(self) -> Iterator[Grant]:
        """By app."""
        return self._client.pages("/grants", "grants", _listed, _AT_ONCE)

    def remove(self, app: App, names: Sequence[Name]) -> None:
        """These names, or without any the whole grant. Raises Refused `not_found`."""
        query = {"read": ",".join(names)} if names else {}
        self._client.remove(entry_path("/grants", "as", app, query), doubt.TAKE_BACK)


def _grant(found: Fields) -> Grant:
    return Grant(
        parse_app(decode.text(found["as"])),
        _names(found["read"]),
        decode.time(found["createdAt"]),
        decode.time(found["updatedAt"]),
        decode.actor(found["updatedBy"]),
    )


def _added(found: Fields) -> Added:
    return Added(_grant(found), _names(found["missing"]))


def _names(found: object) -> Sequence[Name]:
    return [decode.name(one) for one in decode.sequence(found)]


def _listed(found: Fields) -> Grant:
    if not decode.is_unreadable(found):
        return _grant(found)
    return Grant(decode.text(found["as"]), is_unreadable=True)
