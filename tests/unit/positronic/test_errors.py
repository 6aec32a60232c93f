"""The error tree is the contract's table of codes."""

from __future__ import annotations

import re
from typing import Final

import pytest

from positronic import errors
from positronic.errors import Detail, PositronicError

TABLE: Final = {
    400: "invalid_json invalid_request invalid_name invalid_value duplicate_name",
    401: "unauthenticated",
    403: "forbidden reserved_name https_required",
    404: "not_found",
    405: "method_not_allowed",
    408: "request_timeout",
    409: "conflict secret_expired target_refused",
    412: "version_mismatch",
    413: "too_large",
    415: "unsupported_media_type",
    429: "rate_limited too_many_runs too_many_watches",
    500: "internal unknown_key corrupt_record",
    502: "store_failed outcome_unknown",
    503: "not_configured audit_unavailable busy adopting",
    507: "ledger_full",
}
CLASSES: Final = [
    kind
    for kind in vars(errors).values()
    if isinstance(kind, type) and issubclass(kind, PositronicError)
]
# The others are special cases of these, which a caller need not tell from them.
KINDS: Final = [kind for kind in CLASSES if "code" in vars(kind)]
CONTRACT: Final = {code: status for status, codes in TABLE.items() for code in codes.split()}


def test_codes_and_statuses_are_the_contracts() -> None:
    """Every code of the contract has one class with its status, and there is no other."""
    found = {kind.code: kind.status for kind in KINDS}

    assert found == CONTRACT


def test_codes_are_distinct() -> None:
    """No two classes share a code."""
    assert len({kind.code for kind in KINDS}) == len(KINDS)


@pytest.mark.parametrize("kind", KINDS)
def test_a_class_is_named_by_its_code(kind: type[PositronicError]) -> None:
    """The code is the class's name in snake case, so that neither has to be looked up."""
    name = "Internal" if kind is PositronicError else kind.__name__

    assert re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower() == kind.code


@pytest.mark.parametrize("kind", CLASSES)
def test_a_class_says_when(kind: type[PositronicError]) -> None:
    """Every class has a docstring of its own."""
    assert kind.__doc__
    assert kind.__doc__ != Exception.__doc__


def test_an_error_carries_what_it_is_given() -> None:
    """Message, details and headers are kept, and later changes outside do not reach them."""
    details, headers = [Detail("invalid_name", "a name", 1)], {"Allow": "GET"}
    error = errors.InvalidRequest("a sentence", details=details, headers=headers)
    details.clear()
    headers.clear()

    assert str(error) == error.message == "a sentence"
    assert error.details == (Detail("invalid_name", "a name", 1),)
    assert error.headers == {"Allow": "GET"}
