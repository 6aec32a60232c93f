"""The JSON shapes of grants."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import ConfigDict, Field, PlainValidator

from positronic.api.models import Model
from positronic.commands.asked_grants import Added
from positronic.http.field_checks import check_app, check_name
from positronic.http.text_formats import AppText, NameText, Time
from positronic.ledger.grant_rows import Grant
from positronic.names import MAX_BULK, App, Name
from positronic.ports import Page, Unreadable
from positronic.times import iso

_Name = Annotated[Name, PlainValidator(check_name, json_schema_input_type=NameText)]
_As = Field(alias="as")  # a word of Python's


class GrantIn(Model):
    """`as`: what the props of the app's binding call it; `read`: names of secrets."""

    model_config = ConfigDict(populate_by_name=False)

    as_: Annotated[App, PlainValidator(check_app, json_schema_input_type=AppText), _As]
    read: Annotated[list[_Name], Field(min_length=1, max_length=MAX_BULK)]


class GrantOut(Model):
    """`updatedAt` and `updatedBy`: of its last change."""

    as_: Annotated[str, _As]
    read: list[str]
    created_at: Time
    updated_at: Time
    updated_by: dict[str, str]


class AddedOut(GrantOut):
    """`missing`: the names in `read` for which there is no secret now."""

    missing: list[str]


class UnreadableGrantOut(Model):
    """A listed grant that cannot be read, and so grants nothing. It can be removed."""

    as_: Annotated[str, _As]
    unreadable: Literal[True] = True


class GrantsOut(Model):
    grants: list[GrantOut | UnreadableGrantOut]
    count: int
    cursor: str | None = None


def added_out(added: Added) -> AddedOut:
    return AddedOut(missing=list(added.missing), **_grant_out(added.grant).model_dump())


def grants_out(page: Page[Grant | Unreadable]) -> GrantsOut:
    found = [
        UnreadableGrantOut(as_=one.id) if isinstance(one, Unreadable) else _grant_out(one)
        for one in page.items
    ]
    return GrantsOut(grants=found, count=len(found), cursor=page.cursor)


def _grant_out(grant: Grant) -> GrantOut:
    return GrantOut(
        as_=grant.app,
        read=list(grant.names),
        created_at=iso(grant.created_at),
        updated_at=iso(grant.changed_at),
        updated_by=dict(grant.by),
    )
