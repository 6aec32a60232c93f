"""How the Worker of `px dev` shows px that it is the one."""

from __future__ import annotations

import hashlib
import hmac

import pytest

from positronic.access.proof import PROOF, answer_headers, prove

HASH = "ab" * 32
CHALLENGE = "0f" * 32
ORIGIN = "http://127.0.0.1:8787"


def test_the_proof_is_an_hmac_over_purpose_challenge_and_origin() -> None:
    """Spelt out, each part after its length: no two questions have one answer."""
    purpose = b"positronic local worker proof"
    message = b"".join(
        len(part).to_bytes(2, "big") + part
        for part in (purpose, CHALLENGE.encode(), ORIGIN.encode())
    )

    assert (
        prove(HASH, CHALLENGE, ORIGIN)
        == hmac.new(HASH.encode(), message, hashlib.sha256).hexdigest()
    )


def test_a_worker_that_px_dev_started_answers_a_challenge() -> None:
    asked = {"x-positronic-challenge": CHALLENGE}

    assert answer_headers(asked, HASH, ORIGIN) == {PROOF: prove(HASH, CHALLENGE, ORIGIN)}


@pytest.mark.parametrize(
    ("challenge", "token_hash", "origin"),
    [
        (CHALLENGE, HASH, ""),  # deployed: nobody gave it an origin
        (CHALLENGE, "", ORIGIN),
        ("", HASH, ORIGIN),
        (CHALLENGE[:-1], HASH, ORIGIN),
        (CHALLENGE.upper(), HASH, ORIGIN),
        (CHALLENGE + "\n", HASH, ORIGIN),
    ],
)
def test_nothing_else_is_answered(challenge: str, token_hash: str, origin: str) -> None:
    assert answer_headers({"x-positronic-challenge": challenge}, token_hash, origin) == {}


def test_another_address_hash_or_challenge_gives_another_proof() -> None:
    own = prove(HASH, CHALLENGE, ORIGIN)

    assert own not in {
        prove(HASH, CHALLENGE, "http://127.0.0.1:8788"),
        prove("cd" * 32, CHALLENGE, ORIGIN),
        prove(HASH, "1f" * 32, ORIGIN),
    }
