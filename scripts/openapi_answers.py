"""The answers that calls share: headers, and a response for each status of an error."""

from __future__ import annotations

from typing import Any, Final

from positronic import errors
from positronic.errors import PositronicError

Json = dict[str, Any]

HEADERS: Final[Json] = {
    "RequestId": {
        "description": "This request's id, as audit events and `internal` errors name it.",
        "required": True,
        "schema": {"type": "string", "minLength": 1},
    },
    "NoStore": {"required": True, "schema": {"const": "no-store"}},
    "NoSniff": {"required": True, "schema": {"const": "nosniff"}},
    "Challenge": {"required": True, "schema": {"const": "Bearer"}},
    "Allow": {"required": True, "schema": {"type": "string", "minLength": 1}},
    "RetryAfter": {"description": "Seconds.", "schema": {"type": "string", "pattern": "^[0-9]+$"}},
}
ALWAYS: Final = {
    "X-Request-Id": {"$ref": "#/components/headers/RequestId"},
    "Cache-Control": {"$ref": "#/components/headers/NoStore"},
    "X-Content-Type-Options": {"$ref": "#/components/headers/NoSniff"},
}
_MORE: Final = {
    401: {"WWW-Authenticate": {"$ref": "#/components/headers/Challenge"}},
    405: {"Allow": {"$ref": "#/components/headers/Allow"}},
    429: {"Retry-After": {"$ref": "#/components/headers/RetryAfter"}},
}


def _kinds() -> dict[int, list[type[PositronicError]]]:
    """The error classes of each status, each with a code of its own."""
    found: dict[int, list[type[PositronicError]]] = {}
    for kind in vars(errors).values():
        if isinstance(kind, type) and issubclass(kind, PositronicError) and "code" in vars(kind):
            found.setdefault(kind.status, []).append(kind)
    return dict(sorted(found.items()))


def _said(kind: type[PositronicError]) -> str:
    if kind is PositronicError:
        return "Something unexpected; the sentence holds the request id and nothing else."
    return (kind.__doc__ or "").strip()


def _response(status: int, kinds: list[type[PositronicError]]) -> Json:
    said = " ".join(f"`{kind.code}`: {_said(kind)}" for kind in kinds)
    codes = {"properties": {"code": {"enum": [kind.code for kind in kinds]}}}
    schema = {"allOf": [{"$ref": "#/components/schemas/ErrorOut"}, codes]}
    return {
        "description": said,
        "headers": ALWAYS | _MORE.get(status, {}),
        "content": {"application/json": {"schema": schema}},
    }


RESPONSES: Final = {f"E{status}": _response(status, kinds) for status, kinds in _kinds().items()}


def errors_of(statuses: tuple[int, ...]) -> Json:
    return {str(status): {"$ref": f"#/components/responses/E{status}"} for status in statuses}
