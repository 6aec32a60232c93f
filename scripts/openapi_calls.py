"""Every call: what it takes and what it answers. The roles and parameters are the route table's."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final

from positronic.access import tokens
from positronic.api import brain_models as runs
from positronic.api import models
from positronic.api.routes import ROUTES
from positronic.api.routing import MAX_LIST, ChangeRoute, Route
from positronic.names import MAX_BULK, NAME, PROJECT, RESERVED_PREFIX
from positronic.runs import record
from scripts.openapi_answers import ALWAYS, errors_of

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Call:
    """`path` in OpenAPI's spelling; `route` None: open to anyone."""

    method: str
    path: str
    summary: str
    status: int = 200
    gives: type[models.Model] | None = None
    takes: type[models.Model] | None = None
    errors: tuple[int, ...] = ()
    route: Route | ChangeRoute | None = None
    streams: bool = False


def _call(method: str, path: str, summary: str, **more: Any) -> Call:  # noqa: ANN401
    pattern = re.sub(r"\{\w+\}", "*", path)
    return Call(method, path, summary, route=ROUTES[pattern][method], **more)


RUN_CALLS: Final = (
    _call("GET", "/brains", "The brains that can be run, by title.", gives=runs.BrainsOut),
    _call(
        "GET",
        "/brains/{identifier}",
        "A brain's structure, by its title.",
        gives=runs.StructureOut,
        errors=(404,),
    ),
    _call(
        "GET",
        "/brains/runs",
        "The structure of a brain of this title.",
        gives=runs.StructureOut,
        errors=(404,),
    ),
    _call(
        "POST",
        "/brains/runs",
        "Start a run, which goes on after the answer.",
        status=201,
        takes=runs.RunIn,
        gives=runs.StartedOut,
        errors=(404,),
    ),
    _call(
        "POST",
        "/brains/runs/rerun",
        "A new run that takes over the completed steps before `startsAt`, and runs the rest.",
        status=201,
        takes=runs.RerunIn,
        gives=runs.StartedOut,
        errors=(404, 409),
    ),
    _call(
        "GET",
        "/brains/runs/{runId}",
        "How a run stands. No value: `[secret:NAME]` stands where one was.",
        gives=runs.RunOut,
        errors=(404,),
    ),
    _call(
        "GET",
        "/brains/runs/{runId}/watch",
        "A run's events, those to come too, until its end; after `Last-Event-ID` if it is sent.",
        errors=(404,),
        streams=True,
    ),
)

CALLS: Final = (
    Call("GET", "/status", "Whether the server is configured.", gives=models.StatusOut),
    Call("GET", "/openapi.json", "This document."),
    _call("GET", "/secrets", "Names and dates, by name; never values.", gives=models.SecretsOut),
    _call(
        "POST",
        "/secrets",
        "Create or update a secret; an update keeps createdAt.",
        status=201,
        takes=models.SecretIn,
        gives=models.SecretOut,
    ),
    _call(
        "POST",
        "/secrets/bulk",
        f"Write at most {MAX_BULK} secrets; checked whole before the first is written.",
        status=201,
        takes=models.BulkIn,
        gives=models.BulkOut,
    ),
    _call(
        "DELETE",
        "/secrets/{name}",
        "Delete a secret.",
        status=204,
        errors=(404,),
    ),
    _call("DELETE", "/secrets/bulk", "Delete a secret of this name.", status=204, errors=(404,)),
    _call(
        "DELETE",
        "/secrets",
        "Delete what is listed under a name that no address can carry.",
        status=204,
        errors=(404,),
    ),
    _call(
        "GET",
        "/secrets/{name}/exists",
        "Whether the secret is there; true means that it opens.",
        gives=models.ExistsOut,
    ),
    _call("GET", "/audit", "Who did what, newest first.", gives=models.EventsOut),
    _call("GET", "/tokens", "The project's tokens, without their secrets.", gives=models.TokensOut),
    _call(
        "POST",
        "/tokens",
        "Issue a project token, shown in this answer alone.",
        status=201,
        takes=models.TokenIn,
        gives=models.IssuedOut,
    ),
    _call("DELETE", "/tokens/{id}", "Revoke a token.", status=204, errors=(404,)),
    _call(
        "DELETE",
        "/tokens",
        "Revoke what is listed under an id that no address can carry.",
        status=204,
        errors=(404,),
    ),
    _call("GET", "/keys", "The master keys in use.", gives=models.KeysOut),
    _call(
        "POST",
        "/keys/rotate",
        "Bring some records under the newest key; call until remaining is 0.",
        gives=models.StepOut,
    ),
    _call("GET", "/projects", "The projects that were written to.", gives=models.ProjectsOut),
    *RUN_CALLS,
)

_PATHS: Final = {
    "{name}": {"type": "string", "pattern": f"^(?!{RESERVED_PREFIX}){NAME.pattern}$"},
    "{id}": {"type": "string", "pattern": f"^{tokens.ID.pattern}$"},
    "{identifier}": {"type": "string", "minLength": 1},
    "{runId}": {"type": "string", "pattern": f"^{record.ID.pattern}$"},
}
_QUERIES: Final[dict[str, Json]] = {
    "limit": {"type": "integer", "minimum": 1, "maximum": MAX_LIST},
    "name": {"type": "string", "description": "Any that is listed."},
    "id": {"type": "string", "description": "Any that is listed."},
    "cursor": {"type": "string", "description": "As the last page gave it."},
}
_REQUIRED: Final = frozenset({"name", "id"})
_PROJECT: Final = {
    "name": "X-Positronic-Project",
    "in": "header",
    "description": "For root: the project; a project token has its own.",
    "schema": {"type": "string", "pattern": f"^{PROJECT.pattern}$"},
}


def operation(call: Call) -> Json:
    """The call as OpenAPI has it."""
    found: Json = {
        "operationId": _id(call),
        "summary": call.summary,
        "responses": {str(call.status): _success(call), **errors_of(_errors(call))},
    }
    if call.route is None:
        return found | {"security": []}
    found |= {"x-positronic-role": call.route.role.label, "parameters": _parameters(call)}
    if call.takes:
        found["requestBody"] = {"required": True, "content": _content(call.takes.__name__)}
    return found


def _id(call: Call) -> str:
    words = [part.strip("{}").removesuffix(".json") for part in call.path.split("/") if part]
    return "_".join([call.method.lower(), *words])


def _success(call: Call) -> Json:
    found: Json = {"description": "Done.", "headers": ALWAYS}
    if call.streams:
        found["content"] = {"text/event-stream": {"schema": {"type": "string"}}}
    elif call.gives:
        found["content"] = _content(call.gives.__name__)
    elif call.status == 200:
        found["content"] = {"application/json": {"schema": {"type": "object"}}}
    return found


def _content(model: str) -> Json:
    return {"application/json": {"schema": {"$ref": f"#/components/schemas/{model}"}}}


def _errors(call: Call) -> tuple[int, ...]:
    """The statuses of what can go wrong: for anyone, behind a token, with a body."""
    if call.route is None:
        return (400, 403, 405, 500, 503)
    body = (408, 413, 415) if call.takes else ()
    return tuple(sorted({400, 401, 403, 405, 429, 500, 502, 503, *body, *call.errors}))


def _parameters(call: Call) -> list[Json]:
    route = call.route
    names = sorted(route.parameters, reverse=True) if route else []
    found: list[Json] = [
        {"name": name, "in": "query", "schema": _QUERIES[name]}
        | ({"required": True} if name in _REQUIRED else {})
        for name in names
    ]
    for spelling, schema in _PATHS.items():
        if spelling in call.path:
            name = spelling.strip("{}")
            found.append({"name": name, "in": "path", "required": True, "schema": schema})
    return [*found, _PROJECT]
