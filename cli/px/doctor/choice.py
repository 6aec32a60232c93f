"""Which server, token and project px would use, and where each setting comes from."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from positronic.access import tokens
from positronic.errors import PositronicError
from px.doctor.finding import FAIL, OK, Finding
from px.errors import PxError
from px.settings import Target
from px.terminal import placed

_OF_TOKENS: Final = frozenset({"mistyped_token", "no_root_token"})


def check_choice(target: Target) -> Iterator[Finding]:
    """Shows the token's kind and the id from `px token list`, never the token."""
    yield Finding("address", OK, f"{target.address.origin}, from {target.address_source}")
    yield Finding("token", OK, f"{kind(target.token)}, from {target.source}")
    yield _project(target)


def no_choice(error: PxError | PositronicError) -> Finding:
    """Why px knows no server, with the lines that it cannot read."""
    if not isinstance(error, PxError):
        return Finding("address", FAIL, error.message)
    wrong = [placed(detail) for detail in error.details if detail.listed]
    hint = error.hint or ("correct what is named: docs/files.md has the format" if wrong else "")
    check = "token" if error.code in _OF_TOKENS else "address"
    return Finding(check, FAIL, "; ".join([error.message, *wrong]), hint)


def kind(token: str) -> str:
    """What is safe to show of a token."""
    if token.startswith(f"px_{tokens.ROOT}_"):
        return "root's"
    parsed = tokens.parse(token)
    return "in a format that px does not know" if parsed is None else f"id {parsed.id}"


def _project(target: Target) -> Finding:
    parsed = tokens.parse(target.token)
    own = None if parsed is None else parsed.project
    if target.project is None:
        return Finding("project", OK, f"{own}, the token's own" if own else "the Worker's default")
    source = target.project_source
    if own is not None and own != target.project:
        return Finding(
            "project",
            FAIL,
            f"{target.project}, from {source}, but the token is for {own}",
            "unset the project, or use a token for that project",
        )
    return Finding("project", OK, f"{target.project}, from {source}")
