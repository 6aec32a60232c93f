"""`python -m scripts.api_table`: prints the docs' table of calls, made from the routes."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any, Final, get_args, get_origin

from pydantic.alias_generators import to_camel

from positronic.api.models import Model
from positronic.api.routes import ROUTES
from positronic.api.routing import Route
from scripts.route_models import given, streams, taken

Models = tuple[type[Model], ...]

_HEAD: Final = "| call | role | body | answer | |\n|---|---|---|---|---|\n"


def table() -> str:
    return _HEAD + "".join(f"| {' | '.join(_cells(route))} |\n" for route in ROUTES)


def _cells(route: Route) -> Iterator[str]:
    query = "&".join(one.name for one in route.query)
    yield f"`{route.method} {route.path}{f'?{query}' if query else ''}`"
    yield route.role.label if route.role else "none"
    body = taken(route)
    yield f"`{_shape(body)}`" if body else ""
    yield f"{route.status}{_answer(route)}"
    yield " ".join(filter(None, [route.summary, route.endpoint.__doc__]))


def _answer(route: Route) -> str:
    if model := given(route):
        return f" `{_shape(model)}`"
    return " server-sent events" if streams(route) else ""


def _shape(model: type[Model], outer: Models = ()) -> str:
    """`{name, cursor?}`: the fields as JSON spells them; `?` where one may be missing."""
    return f"{{{', '.join(_fields(model, (*outer, model)))}}}"


def _fields(model: type[Model], outer: Models) -> Iterator[str]:
    for name, field in model.model_fields.items():
        optional = "" if field.is_required() else "?"
        inner = _inner(field.annotation, outer)
        yield f"{to_camel(name.rstrip('_'))}{optional}{f': {inner}' if inner else ''}"


def _inner(kind: Any, outer: Models) -> str:  # noqa: ANN401 - a type
    """The shape of the first model in it, in brackets where it is a list; none within itself."""
    if isinstance(kind, type) and issubclass(kind, Model):
        return "" if kind in outer else _shape(kind, outer)
    inner = next(filter(None, (_inner(one, outer) for one in get_args(kind))), "")
    return f"[{inner}]" if inner and get_origin(kind) is list else inner


if __name__ == "__main__":
    sys.stdout.write(table())
