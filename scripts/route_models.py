"""The models of a route's body and answer, as its functions' signatures name them."""

from __future__ import annotations

from typing import Annotated, Any, get_args, get_origin, get_type_hints

from positronic.api.models import Model
from positronic.api.routing import Route


def taken(route: Route) -> type[Model] | None:
    """The model of the body."""
    return _model(get_type_hints(route.read)["return"]) if route.read else None


def given(route: Route) -> type[Model] | None:
    """The model of the answer; None when it is empty, a stream or already encoded."""
    return _model(_result(route))


def streams(route: Route) -> bool:
    return given(route) is None and _result(route) not in (bytes, type(None))


def _result(route: Route) -> Any:  # noqa: ANN401 - a type
    """JSON that is already encoded is `Annotated` with the model that it is made as."""
    result = get_type_hints(route.endpoint, include_extras=True)["return"]
    return get_args(result)[1] if get_origin(result) is Annotated else result


def _model(kind: Any) -> type[Model] | None:  # noqa: ANN401 - a type
    return kind if isinstance(kind, type) and issubclass(kind, Model) else None
