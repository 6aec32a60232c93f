"""Signatures: for one purpose, under one key, over parts that cannot be mixed up."""

from __future__ import annotations

import hmac
from base64 import b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from positronic.ports import Signature
from positronic.sealing.keyring import Keyring
from positronic.sealing.signing import Signer, Verdict
from support.memory_service import MASTER_KEYS

OTHER_KEY = f"key-2:{b64encode(b'another key, 32 bytes of it too.').decode()}"
KEYRING = Keyring(MASTER_KEYS)
SIGNER = Signer(KEYRING, "token")
PARTS = st.lists(st.text(st.characters(codec="utf-8"), max_size=8), max_size=5)


@given(PARTS)
def test_what_was_signed_is_intact(parts: list[str]) -> None:
    """The same parts under the same key are intact."""
    assert SIGNER.verify(SIGNER.sign(*parts), *parts) is Verdict.INTACT


@given(PARTS, PARTS)
def test_no_two_lists_of_parts_have_one_signature(one: list[str], other: list[str]) -> None:
    """Parts that only read alike when joined are not the same."""
    assert (SIGNER.sign(*one) == SIGNER.sign(*other)) == (one == other)


@pytest.mark.parametrize("purpose", ["audit", "Token", "token ", ""])
def test_another_purpose_is_another_signature(purpose: str) -> None:
    """What was signed for one purpose is not valid for another."""
    other = Signer(KEYRING, purpose)

    assert other.verify(SIGNER.sign("a"), "a") is Verdict.CHANGED


def test_another_key_of_the_same_id() -> None:
    """The same id with another key behind it is a change."""
    other = Signer(Keyring(OTHER_KEY.replace("key-2", "key-1")), "token")

    assert other.verify(SIGNER.sign("a"), "a") is Verdict.CHANGED


def test_a_key_that_is_gone() -> None:
    """A signature under a key that is not held cannot be told."""
    other = Signer(Keyring(OTHER_KEY), "token")

    assert other.verify(SIGNER.sign("a"), "a") is Verdict.UNKNOWN_KEY
    assert not other.holds("key-1")


def test_an_older_key_still_verifies() -> None:
    """With a new key in front, the old signature is intact and the new one is the new key's."""
    rotated = Signer(Keyring(f"{OTHER_KEY} {MASTER_KEYS}"), "token")

    assert rotated.verify(SIGNER.sign("a"), "a") is Verdict.INTACT
    assert rotated.sign("a").key_id == rotated.key_id == "key-2"


def test_under_the_other_key_s_id() -> None:
    """A signature does not become another key's by naming it."""
    rotated = Signer(Keyring(f"{OTHER_KEY} {MASTER_KEYS}"), "token")
    moved = SIGNER.sign("a")._replace(key_id="key-2")

    assert rotated.verify(moved, "a") is Verdict.CHANGED


@pytest.mark.parametrize("mac", ["", "0" * 64, "é" * 64, "0" * 63, "\0", "x" * 70_000])
def test_any_other_mac_is_a_change(mac: str) -> None:
    """A text that is no signature is a change, and raises nothing."""
    assert SIGNER.verify(Signature("key-1", mac), "a") is Verdict.CHANGED


def test_every_digit_counts() -> None:
    """A signature with one digit changed is a change, whichever it is."""
    signature = SIGNER.sign("a")
    for place, digit in enumerate(signature.mac):
        other = "0" if digit != "0" else "1"
        mac = signature.mac[:place] + other + signature.mac[place + 1 :]

        assert SIGNER.verify(signature._replace(mac=mac), "a") is Verdict.CHANGED


def test_a_part_too_long_to_be_signed() -> None:
    """A part that nobody could have signed is a change, not a crash."""
    assert SIGNER.verify(SIGNER.sign("a"), "x" * 65_536) is Verdict.CHANGED


def test_the_comparison_is_in_constant_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """The whole of both signatures goes through hmac.compare_digest."""
    compared: list[tuple[object, object]] = []
    real = hmac.compare_digest

    def watched(one: bytes, other: bytes) -> bool:
        compared.append((one, other))
        return real(one, other)

    monkeypatch.setattr(hmac, "compare_digest", watched)
    right = SIGNER.sign("a")
    SIGNER.verify(right._replace(mac="0" * 64), "a")

    assert compared == [(right.mac.encode(), b"0" * 64)]
