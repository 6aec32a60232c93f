"""The JSON shapes of the HTTP contract."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, TypeVar

from pydantic import BaseModel, ConfigDict, PlainValidator
from pydantic.alias_generators import to_camel
from pydantic_core import PydanticCustomError

from positronic.errors import PositronicError
from positronic.names import Name, Value, parse_name, parse_value
from positronic.ports import Event, Page, SecretInfo
from positronic.times import iso

T = TypeVar("T")


class Model(BaseModel):
    """camelCase outside, no unknown field, no conversion of types."""

    model_config = ConfigDict(
        alias_generator=to_camel,
        populate_by_name=True,
        extra="forbid",
        strict=True,
        frozen=True,
        hide_input_in_errors=True,
        arbitrary_types_allowed=True,
    )


def _check_name(sent: object) -> Name:
    return _checked(parse_name, sent)


def _check_value(sent: object) -> Value:
    return _checked(parse_value, sent)


def _checked(parse: Callable[[str], T], sent: object) -> T:
    if not isinstance(sent, str):
        raise PydanticCustomError("invalid_request", "must be a string")
    try:
        return parse(sent)
    except PositronicError as error:
        # Code and sentence are constants of `names`: no text of the caller's, no placeholder.
        raise PydanticCustomError(error.code, error.message) from None


class SecretIn(Model):
    name: Annotated[Name, PlainValidator(_check_name, json_schema_input_type=str)]
    value: Annotated[Value, PlainValidator(_check_value, json_schema_input_type=str)]


class BulkIn(Model):
    secrets: list[SecretIn]


class SecretOut(Model):
    name: str
    created_at: str
    updated_at: str


class SecretsOut(Model):
    secrets: list[SecretOut]
    count: int
    cursor: str | None = None


class ExistsOut(Model):
    exists: bool


class BulkOut(Model):
    created: int
    updated: int


class EventOut(Model):
    id: str
    time: str
    actor: dict[str, str]
    action: str
    names: list[str]
    outcome: str
    request_id: str
    code: str | None = None


class EventsOut(Model):
    events: list[EventOut]
    count: int
    cursor: str | None = None


class StatusOut(Model):
    ready: bool


class DetailOut(Model):
    index: int | None = None
    name: str | None = None
    code: str
    error: str


class ErrorOut(Model):
    error: str
    code: str
    details: list[DetailOut] | None = None


def secret_out(info: SecretInfo) -> SecretOut:
    return SecretOut(
        name=info.name, created_at=iso(info.created_at), updated_at=iso(info.updated_at)
    )


def secrets_out(page: Page[SecretInfo]) -> SecretsOut:
    secrets = [secret_out(info) for info in page.items]
    return SecretsOut(secrets=secrets, count=len(secrets), cursor=page.cursor)


def events_out(page: Page[Event]) -> EventsOut:
    events = [
        EventOut(
            id=event.id,
            time=iso(event.time),
            actor=dict(event.actor),
            action=event.action,
            names=list(event.names),
            outcome=event.outcome,
            request_id=event.request_id,
            code=event.code,
        )
        for event in page.items
    ]
    return EventsOut(events=events, count=len(events), cursor=page.cursor)


def error_out(error: PositronicError) -> ErrorOut:
    details = [
        DetailOut(index=item.index, name=item.name, code=item.code, error=item.error)
        for item in error.details
    ]
    return ErrorOut(error=error.message, code=error.code, details=details or None)


def to_json(model: Model) -> bytes:
    return model.model_dump_json(by_alias=True, exclude_none=True).encode()
