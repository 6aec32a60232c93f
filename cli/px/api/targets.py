"""A project's targets over HTTP: which secrets are copied to which provider."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple
from urllib.parse import urlencode

from positronic.names import Name, TargetName, parse_target
from px.api import decode, doubt
from px.api.client import Client
from px.api.decode import Fields

OFF = "off"
_AT_ONCE = 100
_STATES = ("off", "starting", "on", "removing", "paused")
_DRIFTS = ("due", "refused", "missing", "changed", "foreign")


class CopyTarget(NamedTuple):
    """`missing`: settings of the Worker that it needs; `problem`: a name and why it is not there.

    Its texts are a server's: never print them to a terminal unescaped.
    """

    name: TargetName
    type: str
    state: str
    names: Sequence[Name] | None
    prefix: str | None
    missing: Sequence[str]
    counts: Mapping[str, int]
    problem: tuple[Name, str] | None
    whole: Fields

    @property
    def is_on(self) -> bool:
        return self.state in ("starting", "on", "paused")


class Drift(NamedTuple):
    name: Name
    state: str


class Compared(NamedTuple):
    """`same`: how many are as they have to be."""

    differing: Sequence[Drift]
    same: int


class CopyTargets:
    """Reading the list needs the role reader, everything else admin."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def list(self) -> Sequence[CopyTarget]:
        """All of the Worker's configuration, by name."""
        return self._client.get("/targets", lambda found: decode.items(found, "targets", _target))

    def switch_on(
        self, target: TargetName, names: Sequence[Name] | None, prefix: str | None
    ) -> CopyTarget:
        """It gets these, and no others."""
        body: Fields = {"prefix": prefix} if names is None else {"names": list(names)}
        return self._client.write(
            _path(target), body, _target, doubt.TARGET, status=200, method="PUT"
        )

    def remove(self, target: TargetName, *, purge: bool) -> None:
        """Raises Refused `not_found`."""
        self._client.remove(_path(target, query={"purge": "true"} if purge else {}), doubt.TARGET)

    def sync(self, target: TargetName) -> CopyTarget:
        return self._client.write(_path(target, "/sync"), None, _target, doubt.TARGET, status=200)

    def check(self, target: TargetName) -> Compared:
        """Asks the provider for every name, a page at a time."""
        same = [0]

        def count(page: Fields) -> None:
            same[0] += decode.number(page["same"])

        path = _path(target, "/check")
        found = self._client.pages(path, "differing", _drift, _AT_ONCE, look=count)
        return Compared([*found], same[0])


def _path(target: TargetName, rest: str = "", query: Mapping[str, str] | None = None) -> str:
    asked = f"?{urlencode(query)}" if query else ""
    return f"/targets/{target}{rest}{asked}"


def _target(found: Fields) -> CopyTarget:
    problem = found.get("problem")
    counts = decode.fields(found["counts"])
    return CopyTarget(
        parse_target(decode.text(found["name"])),
        decode.text(found["type"]),
        _one_of(_STATES, found["state"]),
        decode.optional(_names, found.get("names")),
        decode.optional(decode.text, found.get("prefix")),
        [decode.text(one) for one in decode.sequence(found["missing"])],
        {key: decode.number(counts[key]) for key in ("ok", "due", "refused")},
        decode.optional(_problem, problem),
        {key: found[key] for key in found if key in _SHOWN},
    )


_SHOWN = (
    *("name", "type", "state", "names", "prefix", "createdAt", "updatedAt", "updatedBy"),
    *("missing", "counts", "problem"),
)


def _names(found: object) -> Sequence[Name]:
    return [decode.name(one) for one in decode.sequence(found)]


def _problem(found: object) -> tuple[Name, str]:
    fields = decode.fields(found)
    return decode.name(fields["name"]), decode.text(fields["error"])


def _drift(found: Fields) -> Drift:
    return Drift(decode.name(found["name"]), _one_of(_DRIFTS, found["state"]))


def _one_of(known: Sequence[str], found: object) -> str:
    if found not in known:
        raise ValueError("not one of the contract's")
    return str(found)
