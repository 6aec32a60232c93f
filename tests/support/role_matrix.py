"""Who may call what, and in whose project: the one table, and how each of its cells is tried."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import count
from typing import Any, Final, Protocol

from positronic.api.routes import ROUTES
from positronic.api.routing import Route
from positronic.roles import TOKEN_ROLES, Role

ROLES: Final = ("none", *(role.label for role in Role))

# own: the project of the token, or the one root names. named: another project in
# X-Positronic-Project. foreign: a token of another project, with this one in the header.
PLACES: Final = ("own", "named", "foreign")

NO_RUN: Final = "0" * 32

# Nobody has brains here, there is no such run and no such event: a caller who may ask is told so.
_NOT_FOUND: Final = {
    "POST /audit/acknowledge",
    "GET /brains/{identifier}",
    "GET /brains/runs",
    "POST /brains/runs",
    "POST /brains/runs/rerun",
    "GET /brains/runs/{runId}",
    "DELETE /brains/runs/{runId}",
    "GET /brains/runs/{runId}/watch",
    # No target is configured here.
    "PUT /targets/{target}",
    "DELETE /targets/{target}",
    "POST /targets/{target}/sync",
    "GET /targets/{target}/check",
}

# The audit key of a project here is never lost, and an export of another one is not for it.
_CONFLICT: Final = {"POST /audit/restart", "POST /project/import/check", "POST /project/import"}

Statuses = tuple[int, ...]


def call_of(route: Route) -> str:
    """`GET /secrets`: what the tables here know a route by."""
    return f"{route.method} {route.path}"


def _row(route: Route) -> tuple[Statuses, Statuses, Statuses]:
    granted = 404 if call_of(route) in _NOT_FOUND else route.status
    if call_of(route) in _CONFLICT:
        granted = 409
    if route.role is None:
        return ((granted,) * len(ROLES),) * 3
    own = (401, *(granted if role.includes(route.role) else 403 for role in Role))
    other = (401, *(granted if role is Role.ROOT else 403 for role in Role))
    return own, other, other


# Each row: own, named, foreign; in each, one status a role, in the order of ROLES.
TABLE: Final = {call_of(route): _row(route) for route in ROUTES}
CELLS: Final = [(call, role, place) for call in TABLE for role in ROLES for place in PLACES]

_CODES: Final = {401: "unauthenticated", 403: "forbidden", 404: "not_found", 409: "conflict"}
_EXPORT: Final = {
    "header": '{"format":"pxexport1","project":"another","id":"0","at":1,"auditKey":""}',
    "page": "",
    "ticket": "",
}
_BODIES: Final[Mapping[str, object]] = {
    "POST /secrets": {"name": "NEW", "value": "v"},
    "POST /secrets/bulk": {"secrets": [{"name": "NEW", "value": "v"}]},
    "PATCH /secrets/bulk": {"note": "new"},
    "PATCH /secrets/{name}": {"note": "new"},
    "POST /secrets/{name}/rollback": {"to": 1},
    "POST /tokens": {"name": "new", "role": "reader"},
    "POST /grants": {"as": "app", "read": ["A"]},
    "PUT /targets/{target}": {"names": ["A"]},
    "POST /audit/acknowledge": {"sequence": 1, "digest": "0" * 64},
    "POST /project/export": {},
    "POST /project/import/check": _EXPORT,
    "POST /project/import": _EXPORT,
    "POST /brains/runs": {"identifier": "no such brain"},
    "POST /brains/runs/rerun": {"runId": NO_RUN, "startsAt": 1},
}


@dataclass(frozen=True, slots=True)
class Reply:
    """What a host answered; the document is None where there is no body."""

    status: int
    document: Any = None

    @property
    def code(self) -> str:
        return str((self.document or {}).get("code", ""))


class Host(Protocol):
    """The API, however it is reached; `root` is root's token."""

    @property
    def root(self) -> str: ...

    def send(
        self, method: str, path: str, document: object, headers: Mapping[str, str]
    ) -> Reply: ...


class Matrix:
    """Two projects on one host, with tokens of each role in both."""

    def __init__(self, host: Host, here: str = "here", there: str = "there") -> None:
        self._host = host
        self._here = here
        self._there = there
        self._tokens = {
            (project, role): str(self._issue(project, role)["token"])
            for project in (here, there)
            for role in TOKEN_ROLES
        }
        self._names = count()

    def expected(self, call: str, role: str, place: str) -> tuple[int, str]:
        """Status and code of a cell."""
        status = TABLE[call][PLACES.index(place)][ROLES.index(role)]
        return status, _CODES.get(status, "")

    def try_cell(self, call: str, role: str, place: str) -> tuple[int, str]:
        """Status and code as the host has them, with everything there that the call needs."""
        method, _, path = call.partition(" ")
        headers = dict(self._headers(role, place))
        target = self._here if place != "named" else self._there
        reply = self._host.send(
            method, self._path(method, path, target), _BODIES.get(call), headers
        )
        return reply.status, reply.code

    def world(self) -> list[object]:
        """All that a refused call must leave as it is."""
        found: list[object] = []
        for project in (self._here, self._there):
            for path in ("/secrets", "/tokens", "/grants", "/audit?limit=1000"):
                found.append(self._as_root("GET", path, project).document)
        return found

    def _headers(self, role: str, place: str) -> Iterator[tuple[str, str]]:
        if role == "root":
            yield "authorization", f"Bearer {self._host.root}"
            yield "x-positronic-project", self._there if place == "named" else self._here
            return
        owner = self._there if place == "foreign" else self._here
        if role != "none":
            yield "authorization", f"Bearer {self._tokens[owner, role]}"
        if place != "own":
            yield "x-positronic-project", self._there if place == "named" else self._here

    def _path(self, method: str, path: str, project: str) -> str:
        """The address, with whatever it names put there by root."""
        match method, path:
            case "DELETE", "/secrets":
                return f"/secrets?name={self._new_name(project)}"
            case "DELETE", "/tokens":
                return f"/tokens?id={self._issue(project, 'reader')['id']}"
            case "DELETE", "/grants/{as}":
                self._as_root("POST", "/grants", project, _BODIES["POST /grants"])
                return path.replace("{as}", "app")
            case "DELETE" | "PATCH", "/secrets/bulk":
                self._put(project, "bulk")
            case "POST", "/secrets/{name}/restore":
                name = self._new_name(project)
                self._as_root("DELETE", f"/secrets/{name}", project)
                return path.replace("{name}", name)
            case "DELETE", "/secrets/{name}/versions/{version}":
                name = self._new_name(project)
                self._put(project, name)
                return path.replace("{name}", name).replace("{version}", "1")
        if "{name}" in path:
            return path.replace("{name}", self._new_name(project))
        if "{id}" in path:
            return path.replace("{id}", self._issue(project, "reader")["id"])
        path = path.replace("{target}", "nowhere")
        return re.sub(r"\{\w+\}", NO_RUN, path)

    def _new_name(self, project: str) -> str:
        name = f"N{next(self._names)}"
        self._put(project, name)
        return name

    def _put(self, project: str, name: str) -> None:
        self._as_root("POST", "/secrets", project, {"name": name, "value": "v"})

    def _issue(self, project: str, role: str) -> dict[str, Any]:
        reply = self._as_root("POST", "/tokens", project, {"name": "ci", "role": role})
        assert reply.status == 201, reply
        return dict(reply.document)

    def _as_root(self, method: str, path: str, project: str, document: object = None) -> Reply:
        headers = {"authorization": f"Bearer {self._host.root}", "x-positronic-project": project}
        return self._host.send(method, path, document, headers)
