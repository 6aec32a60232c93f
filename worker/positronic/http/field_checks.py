"""Pydantic validators that apply the rules of `names` to what was sent."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from pydantic_core import PydanticCustomError

from positronic.errors import PositronicError
from positronic.names import (
    App,
    Name,
    TokenName,
    Value,
    parse_app,
    parse_name,
    parse_token_name,
    parse_value,
)
from positronic.roles import TOKEN_ROLES, Role
from positronic.secrets.policy import MAX_NOTE, is_note
from positronic.times import milliseconds

T = TypeVar("T")


def check_name(sent: object) -> Name:
    return _checked(parse_name, sent)


def check_value(sent: object) -> Value:
    return _checked(parse_value, sent)


def check_token_name(sent: object) -> TokenName:
    return _checked(parse_token_name, sent)


def check_app(sent: object) -> App:
    return _checked(parse_app, sent)


def check_role(sent: object) -> Role:
    if not isinstance(sent, str) or sent not in TOKEN_ROLES:
        raise PydanticCustomError("invalid_request", f"must be one of {', '.join(TOKEN_ROLES)}")
    return TOKEN_ROLES[sent]


def check_note(sent: object) -> str | None:
    if sent is not None and not (isinstance(sent, str) and is_note(sent)):
        said = f"must be one printable line of at most {MAX_NOTE} characters"
        raise PydanticCustomError("invalid_request", said)
    return sent


def check_time(sent: object) -> int | None:
    """In milliseconds."""
    try:
        found = milliseconds(sent) if isinstance(sent, str) else sent
    except ValueError:
        found = 0
    if found is None or (isinstance(found, int) and isinstance(sent, str) and found > 0):
        return found
    raise PydanticCustomError(
        "invalid_request", "must be a time in UTC such as 2026-12-31T00:00:00Z"
    )


def _checked(parse: Callable[[str], T], sent: object) -> T:
    if not isinstance(sent, str):
        raise PydanticCustomError("invalid_request", "must be a string")
    try:
        return parse(sent)
    except PositronicError as error:
        # Code and message are constants of `names`: no text from the caller, no placeholder.
        raise PydanticCustomError(error.code, error.message) from None
