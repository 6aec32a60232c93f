"""The JSON shapes of the HTTP contract."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, PlainValidator
from pydantic.alias_generators import to_camel

from positronic.access.tokens import Token
from positronic.commands.asked_keys import KeyCensus, RotationStep
from positronic.commands.asked_secrets import WrittenSecret
from positronic.errors import Detail, PositronicError, VersionMismatch
from positronic.http.field_checks import check_name, check_role, check_token_name, check_value
from positronic.http.text_formats import (
    NOT_SENT,
    KnownVersion,
    NameText,
    Seconds,
    Time,
    TokenNameText,
    ValueText,
)
from positronic.ledger.project_rows import ProjectEntry
from positronic.names import MAX_BULK, Name, TokenName, Value
from positronic.ports import Page, TokenRecord, Unreadable
from positronic.roles import Role
from positronic.sealing.keyring import Keyring
from positronic.times import iso

TokenRole = Literal["runner", "deployer", "reader", "writer", "admin"]


class Model(BaseModel):
    """camelCase in JSON, no unknown fields, no type conversion."""

    model_config = ConfigDict(
        alias_generator=to_camel,
        populate_by_name=True,
        extra="forbid",
        strict=True,
        frozen=True,
        hide_input_in_errors=True,
        arbitrary_types_allowed=True,
    )


class SecretIn(Model):
    """`ifVersion`: only if this is the current version; 0: only if there is no such secret."""

    model_config = ConfigDict(populate_by_name=False)  # `if_version` is no field of the contract

    name: Annotated[Name, PlainValidator(check_name, json_schema_input_type=NameText)]
    value: Annotated[Value, PlainValidator(check_value, json_schema_input_type=ValueText)]
    if_version: KnownVersion = NOT_SENT


class BulkIn(Model):
    secrets: Annotated[list[SecretIn], Field(min_length=1, max_length=MAX_BULK)]


class SecretOut(Model):
    """`sealedAt`: when the value was written; `updatedAt` moves with every change."""

    name: str
    version: int
    created_at: Time
    updated_at: Time
    sealed_at: Time
    updated_by: dict[str, str] | None = None
    last_read_at: Time | None = None
    expires_at: Time | None = None
    rotate_every: int | None = None
    enforce: bool | None = None
    due: Time | None = None
    note: str | None = None
    deleted_at: Time | None = None
    kept_until: Time | None = None
    restored_from: int | None = None


class UnreadableOut(Model):
    """A listed entry of this name that cannot be read."""

    name: str
    unreadable: Literal[True] = True


class SecretsOut(Model):
    """With `unusedFor`, `complete` means that every read since then was counted."""

    secrets: list[SecretOut | UnreadableOut]
    count: int
    cursor: str | None = None
    counted_since: Time | None = None
    complete: bool | None = None


class ExistsOut(Model):
    """`opens`: a brain can read it; missing: there is none, or its value may not be read back."""

    exists: bool
    opens: Literal[True] | None = None


class BulkOut(Model):
    created: int
    updated: int


class TokenIn(Model):
    model_config = ConfigDict(populate_by_name=False)  # `expires_in` is no field of the contract

    name: Annotated[
        TokenName, PlainValidator(check_token_name, json_schema_input_type=TokenNameText)
    ]
    role: Annotated[Role, PlainValidator(check_role, json_schema_input_type=TokenRole)]
    expires_in: Seconds | None = None


class TokenOut(Model):
    id: str
    name: str
    role: str
    created_at: Time
    expires_at: Time | None = None
    by: str | None = None


class IssuedOut(TokenOut):
    token: str


class UnreadableTokenOut(Model):
    """A listed token that cannot be read. It can be revoked."""

    id: str
    unreadable: Literal[True] = True


class TokensOut(Model):
    tokens: list[TokenOut | UnreadableTokenOut]
    count: int
    cursor: str | None = None


class KeyOut(Model):
    id: str
    secrets: int
    tokens: int
    audit_keys: int
    copies: int
    held: bool


class KeysOut(Model):
    """`atProvider`: how many values a provider keeps, which encrypts them under keys of its own."""

    keys: list[KeyOut]
    newest: str
    pending: bool
    at_provider: int | None = None


class ProjectOut(Model):
    name: str
    location: str | None = None
    jurisdiction: str | None = None


class ProjectsOut(Model):
    projects: list[ProjectOut | UnreadableOut]
    count: int
    cursor: str | None = None


class DetailOut(Model):
    index: int | None = None
    name: str | None = None
    code: str
    error: str
    current_version: int | None = None


class StatusOut(Model):
    ready: bool


class StepOut(Model):
    resealed: int
    remaining: int
    newest: str
    failed: list[DetailOut] | None = None
    cursor: str | None = None


class ErrorOut(Model):
    error: str
    code: str
    current_version: int | None = None
    details: list[DetailOut] | None = None


def secret_out(secret: WrittenSecret) -> SecretOut:
    created, sealed = iso(secret.created_at), iso(secret.updated_at)
    dates = {"created_at": created, "updated_at": sealed, "sealed_at": sealed}
    return SecretOut.model_validate({**secret._asdict(), **dates})


def token_out(record: TokenRecord) -> TokenOut:
    return TokenOut(
        id=record.id,
        name=record.name,
        role=record.role.label,
        created_at=iso(record.created_at),
        expires_at=None if record.expires_at is None else iso(record.expires_at),
        by=record.issuer,
    )


def issued_out(token: Token, record: TokenRecord) -> IssuedOut:
    return IssuedOut(token=token.text, **token_out(record).model_dump())


def tokens_out(page: Page[TokenRecord | Unreadable]) -> TokensOut:
    found = [
        UnreadableTokenOut(id=one.id) if isinstance(one, Unreadable) else token_out(one)
        for one in page.items
    ]
    return TokensOut(tokens=found, count=len(found), cursor=page.cursor)


def keys_out(census: KeyCensus, keyring: Keyring, *, pending: bool) -> KeysOut:
    """`pending`: a rotation has added a key and not finished."""
    keys = [
        KeyOut(
            id=use.key_id,
            secrets=use.secrets,
            tokens=use.tokens,
            audit_keys=use.audit_keys,
            copies=use.copies,
            held=use.key_id in keyring,
        )
        for use in census.uses
    ]
    return KeysOut(
        keys=keys, newest=keyring.newest, pending=pending, at_provider=census.at_provider
    )


def step_out(steps: Sequence[RotationStep], newest: str) -> StepOut:
    """Of a project and, at its end, of the directory."""
    failed = details_out([one for step in steps for one in step.failed])
    return StepOut(
        resealed=sum(step.resealed for step in steps),
        remaining=sum(step.remaining for step in steps),
        newest=newest,
        failed=failed or None,
        cursor=steps[0].cursor,
    )


def projects_out(page: Page[ProjectEntry | Unreadable]) -> ProjectsOut:
    found = [
        UnreadableOut(name=one.id)
        if isinstance(one, Unreadable)
        else ProjectOut(name=one.name, location=one.location, jurisdiction=one.jurisdiction)
        for one in page.items
    ]
    return ProjectsOut(projects=found, count=len(found), cursor=page.cursor)


def details_out(details: Sequence[Detail]) -> list[DetailOut]:
    return [
        DetailOut(
            index=one.index,
            name=one.name,
            code=one.code,
            error=one.error,
            current_version=one.current_version,
        )
        for one in details
    ]


def error_out(error: PositronicError) -> ErrorOut:
    if isinstance(error, VersionMismatch) and error.details[0].index is None:
        current = error.details[0].current_version
        return ErrorOut(error=error.message, code=error.code, current_version=current)
    details = details_out(error.details) or None
    return ErrorOut(error=error.message, code=error.code, details=details)


def to_json(model: Model) -> bytes:
    return model.model_dump_json(by_alias=True, exclude_none=True).encode()
