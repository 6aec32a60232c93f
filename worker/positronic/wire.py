"""The JSON shapes of the HTTP contract."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Annotated, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, PlainValidator
from pydantic.alias_generators import to_camel
from pydantic_core import PydanticCustomError

from positronic.errors import Detail, PositronicError
from positronic.keyring import Keyring
from positronic.names import (
    MAX_BULK,
    Name,
    Project,
    TokenName,
    Value,
    parse_name,
    parse_token_name,
    parse_value,
)
from positronic.ports import Event, Page, SecretInfo, TokenRecord
from positronic.roles import TOKEN_ROLES, Role
from positronic.rotation import KeyUse, Step
from positronic.shapes import NameText, Seconds, Time, TokenNameText, ValueText
from positronic.signing import Verdict
from positronic.times import iso
from positronic.tokens import Token

T = TypeVar("T")
TokenRole = Literal["reader", "writer", "admin"]


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


def _check_token_name(sent: object) -> TokenName:
    return _checked(parse_token_name, sent)


def _check_role(sent: object) -> Role:
    if not isinstance(sent, str) or sent not in TOKEN_ROLES:
        raise PydanticCustomError("invalid_request", f"is one of {', '.join(TOKEN_ROLES)}")
    return TOKEN_ROLES[sent]


def _checked(parse: Callable[[str], T], sent: object) -> T:
    if not isinstance(sent, str):
        raise PydanticCustomError("invalid_request", "must be a string")
    try:
        return parse(sent)
    except PositronicError as error:
        # Code and sentence are constants of `names`: no text of the caller's, no placeholder.
        raise PydanticCustomError(error.code, error.message) from None


class SecretIn(Model):
    name: Annotated[Name, PlainValidator(_check_name, json_schema_input_type=NameText)]
    value: Annotated[Value, PlainValidator(_check_value, json_schema_input_type=ValueText)]


class BulkIn(Model):
    secrets: Annotated[list[SecretIn], Field(min_length=1, max_length=MAX_BULK)]


class SecretOut(Model):
    name: str
    created_at: Time
    updated_at: Time


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
    time: Time
    actor: dict[str, str]
    action: str
    names: list[str]
    outcome: str
    request_id: str
    code: str | None = None
    address: str | None = None
    integrity: Verdict
    key_id: str | None = None


class EventsOut(Model):
    events: list[EventOut]
    count: int
    cursor: str | None = None


class TokenIn(Model):
    model_config = ConfigDict(populate_by_name=False)  # `expires_in` is no field of the contract

    name: Annotated[
        TokenName, PlainValidator(_check_token_name, json_schema_input_type=TokenNameText)
    ]
    role: Annotated[Role, PlainValidator(_check_role, json_schema_input_type=TokenRole)]
    expires_in: Seconds | None = None


class TokenOut(Model):
    id: str
    name: str
    role: str
    created_at: Time
    expires_at: Time | None = None


class IssuedOut(TokenOut):
    token: str


class TokensOut(Model):
    tokens: list[TokenOut]
    count: int
    cursor: str | None = None


class KeyOut(Model):
    id: str
    secrets: int
    tokens: int
    held: bool


class KeysOut(Model):
    keys: list[KeyOut]
    newest: str
    pending: bool


class ProjectOut(Model):
    name: str


class ProjectsOut(Model):
    projects: list[ProjectOut]
    count: int
    cursor: str | None = None


class StatusOut(Model):
    ready: bool


class DetailOut(Model):
    index: int | None = None
    name: str | None = None
    code: str
    error: str


class StepOut(Model):
    resealed: int
    remaining: int
    failed: list[DetailOut] | None = None


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


def events_out(page: Page[Event], verify: Callable[[Event], Verdict]) -> EventsOut:
    events = [_event_out(event, verify(event)) for event in page.items]
    return EventsOut(events=events, count=len(events), cursor=page.cursor)


def _event_out(event: Event, integrity: Verdict) -> EventOut:
    """With the id of the key that it names, unless no key was needed to see a change."""
    signature = None if integrity is Verdict.CHANGED else event.signature
    return EventOut(
        id=event.id,
        time=iso(event.time),
        actor=dict(event.actor),
        action=event.action,
        names=list(event.names),
        outcome=event.outcome,
        request_id=event.request_id,
        code=event.code,
        address=event.address,
        integrity=integrity,
        key_id=None if signature is None else signature.key_id,
    )


def token_out(record: TokenRecord) -> TokenOut:
    return TokenOut(
        id=record.id,
        name=record.name,
        role=record.role.label,
        created_at=iso(record.created_at),
        expires_at=None if record.expires_at is None else iso(record.expires_at),
    )


def issued_out(token: Token, record: TokenRecord) -> IssuedOut:
    return IssuedOut(token=token.text, **token_out(record).model_dump())


def tokens_out(page: Page[TokenRecord]) -> TokensOut:
    found = [token_out(record) for record in page.items]
    return TokensOut(tokens=found, count=len(found), cursor=page.cursor)


def keys_out(uses: Sequence[KeyUse], keyring: Keyring, *, pending: bool) -> KeysOut:
    """`pending`: a rotation put a key in front and has not ended."""
    keys = [
        KeyOut(id=use.key_id, secrets=use.secrets, tokens=use.tokens, held=use.key_id in keyring)
        for use in uses
    ]
    return KeysOut(keys=keys, newest=keyring.newest, pending=pending)


def step_out(step: Step) -> StepOut:
    failed = details_out(step.failed)
    return StepOut(resealed=step.resealed, remaining=step.remaining, failed=failed or None)


def projects_out(page: Page[Project]) -> ProjectsOut:
    found = [ProjectOut(name=project) for project in page.items]
    return ProjectsOut(projects=found, count=len(found), cursor=page.cursor)


def details_out(details: Sequence[Detail]) -> list[DetailOut]:
    return [
        DetailOut(index=item.index, name=item.name, code=item.code, error=item.error)
        for item in details
    ]


def error_out(error: PositronicError) -> ErrorOut:
    details = details_out(error.details)
    return ErrorOut(error=error.message, code=error.code, details=details or None)


def to_json(model: Model) -> bytes:
    return model.model_dump_json(by_alias=True, exclude_none=True).encode()
