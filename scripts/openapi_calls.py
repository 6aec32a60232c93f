"""A route as an OpenAPI operation."""

from __future__ import annotations

from typing import Any, Final

from positronic.access import tokens
from positronic.api.routing import Query, Route
from positronic.names import APP, NAME, PROJECT, RESERVED_PREFIX, TARGET
from positronic.runs import record
from scripts.openapi_answers import ALWAYS, errors_of
from scripts.route_models import given, streams, taken

Json = dict[str, Any]

_SEGMENT: Final = {"type": "string", "minLength": 1}
_SEGMENTS: Final[dict[str, Json]] = {
    "name": {"type": "string", "pattern": f"^(?!{RESERVED_PREFIX}){NAME.pattern}$"},
    "id": {"type": "string", "pattern": f"^{tokens.ID.pattern}$"},
    "version": {"type": "integer", "minimum": 1},
    "target": {"type": "string", "pattern": f"^{TARGET.pattern}$"},
    "as": {"type": "string", "pattern": f"^{APP.pattern}$"},
    "runId": {"type": "string", "pattern": f"^{record.ID.pattern}$"},
}
_PROJECT: Final = {
    "name": "X-Positronic-Project",
    "in": "header",
    "description": "Only for root: the project. A project token already belongs to one.",
    "schema": {"type": "string", "pattern": f"^{PROJECT.pattern}$"},
}

_KEY: Final = {
    "name": "Idempotency-Key",
    "in": "header",
    "description": "The same request under the same key is made once, and gets its first answer.",
    "schema": {"type": "string", "pattern": "^[A-Za-z0-9_-]{16,64}$"},
}


_CONDITIONS: Final = [
    {
        "name": "If-Match",
        "in": "header",
        "description": "The same as `ifVersion`, in quotes.",
        "schema": {"type": "string", "pattern": '^"[1-9][0-9]{0,14}"$'},
    },
    {
        "name": "If-None-Match",
        "in": "header",
        "description": "The same as `ifVersion` 0.",
        "schema": {"const": "*"},
    },
]


def operation(route: Route) -> Json:
    found: Json = {
        "operationId": _id(route),
        "summary": route.summary,
        **({"description": route.endpoint.__doc__} if route.endpoint.__doc__ else {}),
        "responses": {str(route.status): _success(route), **errors_of(_errors(route))},
    }
    if route.role is None:
        return found | {"security": []}
    found |= {"x-positronic-role": route.role.label, "parameters": _parameters(route)}
    if body := taken(route):
        found["requestBody"] = {"required": True, "content": _content(body.__name__)}
    return found


def _id(route: Route) -> str:
    words = [part.strip("{}").removesuffix(".json") for part in route.path.split("/") if part]
    return "_".join([route.method.lower(), *words])


def _success(route: Route) -> Json:
    found: Json = {"description": "Done.", "headers": ALWAYS}
    if model := given(route):
        found["content"] = _content(model.__name__)
    elif streams(route):
        found["content"] = {"text/event-stream": {"schema": {"type": "string"}}}
    elif route.status == 200:
        found["content"] = {"application/json": {"schema": {"type": "object"}}}
    return found


def _content(model: str) -> Json:
    return {"application/json": {"schema": {"$ref": f"#/components/schemas/{model}"}}}


def _errors(route: Route) -> tuple[int, ...]:
    """The statuses of what can go wrong: for anyone, with a token, with a body."""
    if route.role is None:
        return (400, 403, 405, 500, 503)
    body = (408, 413, 415) if route.read else ()
    return tuple(sorted({400, 401, 403, 405, 429, 500, 502, 503, *body, *route.errors}))


def _parameters(route: Route) -> list[Json]:
    segments = [part[1:-1] for part in route.path.split("/") if part.startswith("{")]
    key = [_KEY] if route.is_repeatable else []
    conditions = _CONDITIONS if route.is_conditional else []
    return [*map(_query, route.query), *map(_path, segments), *key, *conditions, _PROJECT]


def _query(query: Query) -> Json:
    found = {"name": query.name, "in": "query", "schema": query.schema}
    return found | ({"required": True} if query.required else {})


def _path(name: str) -> Json:
    schema = _SEGMENTS.get(name, _SEGMENT)
    return {"name": name, "in": "path", "required": True, "schema": schema}
