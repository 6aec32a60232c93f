"""The recovery file: what opens it, what does not, and what is refused before any work is done."""

from __future__ import annotations

import json
from base64 import b64encode
from datetime import UTC, datetime
from typing import Any

import pytest

from px.errors import Refused
from px.keys import recovery
from px.project.master_key import MasterKey

KEY = MasterKey("k20261124-a1b2c3", b64encode(bytes(range(32))).decode())
PASSPHRASE = "correct horse battery staple"
CHEAP = 1 << 15

# Written once, by this format's first version: a later px must still open it.
KEPT = {
    "format": "positronic-recovery-1",
    "worker": "positronic-secrets",
    "keyId": "k20261124-a1b2c3",
    "createdAt": "2026-11-24T09:00:00Z",
    "kdf": {"name": "scrypt", "n": 32768, "r": 8, "p": 1, "salt": "AAECAwQFBgcICQoLDA0ODw=="},
    "cipher": "AES-256-GCM",
    "nonce": "AAECAwQFBgcICQoL",
    "sealed": "zw/w9WzvZtXM8RI3LzrIhD3N6991wfqJgnOmFKD/o+urfpo/Fj9IJDDch1GXDebI",
}


def made() -> dict[str, Any]:
    """A cheap file's fields."""
    data = recovery.seal(
        KEY,
        "positronic-secrets",
        PASSPHRASE,
        now=datetime(2026, 11, 24, 9, tzinfo=UTC),
        random=lambda size: bytes(range(size)),
        cost=CHEAP,
    )
    found: dict[str, Any] = json.loads(data)
    return found


def text(fields: object) -> bytes:
    return json.dumps(fields).encode()


def test_the_passphrase_brings_the_key_back() -> None:
    """With px's own cost, and nothing of the key in clear."""
    data = recovery.seal(
        KEY, "w", PASSPHRASE, now=datetime.now(UTC), random=lambda size: bytes(size)
    )

    assert recovery.unseal(data, PASSPHRASE) == KEY
    assert json.loads(data)["kdf"]["n"] == 1 << 17
    assert KEY.encoded.encode() not in data
    assert bytes(range(32)).hex().encode() not in data


def test_a_file_of_the_first_version_opens() -> None:
    """The format is kept, to the byte."""
    assert recovery.unseal(text(KEPT), PASSPHRASE) == KEY
    assert made() == KEPT


def test_what_stands_in_clear_is_read_without_the_passphrase() -> None:
    """Whose key it is, which one, and since when."""
    found = recovery.read(text(KEPT))

    assert found.worker == "positronic-secrets"
    assert (found.key_id, found.created_at) == (KEY.id, "2026-11-24T09:00:00Z")


@pytest.mark.parametrize("passphrase", ["", "correct horse battery stapl", PASSPHRASE + " "])
def test_a_wrong_passphrase_opens_nothing(passphrase: str) -> None:
    """One sentence, which does not say what was typed."""
    with pytest.raises(Refused, match="the passphrase is wrong") as caught:
        recovery.unseal(text(KEPT), passphrase)

    assert caught.value.code == "recovery_does_not_open"
    assert not passphrase or passphrase not in caught.value.message
    assert caught.value.__cause__ is None


def test_one_letter_may_be_spelt_in_two_ways() -> None:
    """Another keyboard's e with an accent is the same passphrase."""
    data = recovery.seal(
        KEY, "w", "cafe\u0301 creme brulee", now=datetime.now(UTC), random=bytes, cost=CHEAP
    )

    assert recovery.unseal(data, "caf\u00e9 creme brulee") == KEY


CHANGES = {
    "another Worker's name": {"worker": "other"},
    "another key id": {"keyId": "k20261124-a1b2c4"},
    "another date": {"createdAt": "2026-11-24T09:00:01Z"},
    "another cost": {"kdf": KEPT["kdf"] | {"n": 65536}},  # type: ignore[operator]
    "another salt": {"kdf": KEPT["kdf"] | {"salt": "AQECAwQFBgcICQoLDA0ODw=="}},  # type: ignore[operator]
    "another nonce": {"nonce": "AQECAwQFBgcICQoL"},
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_field_that_was_changed_keeps_it_closed(change: dict[str, object]) -> None:
    """Every field in clear is authenticated: a file of another Worker is not taken for this one."""
    with pytest.raises(Refused, match="or the file was changed"):
        recovery.unseal(text(KEPT | change), PASSPHRASE)


@pytest.mark.parametrize("place", [0, 31, 32, 47])
def test_a_bit_that_was_changed_keeps_it_closed(place: int) -> None:
    """In the sealed key and in the tag."""
    from base64 import b64decode

    sealed = bytearray(b64decode(str(KEPT["sealed"])))
    sealed[place] ^= 1

    with pytest.raises(Refused, match="cannot be opened"):
        recovery.unseal(text(KEPT | {"sealed": b64encode(sealed).decode()}), PASSPHRASE)


def kdf(**more: object) -> dict[str, object]:
    return KEPT | {"kdf": KEPT["kdf"] | more}  # type: ignore[operator]


UNREADABLE = {
    "nothing": b"",
    "not JSON": b"px1.k.a.b.c",
    "a list": b"[]",
    "deep": b"[" * 4000,
    "too long": text(KEPT) + b" " * 4096,
    "another format": text(KEPT | {"format": "positronic-recovery-2"}),
    "another cipher": text(KEPT | {"cipher": "AES-128-GCM"}),
    "a field more": text(KEPT | {"note": "x"}),
    "a field less": text({name: value for name, value in KEPT.items() if name != "createdAt"}),
    "a field twice": text(KEPT)[:-1] + b', "worker": "other"}',
    "a worker that is no text": text(KEPT | {"worker": 1}),
    "a worker with a line end": text(KEPT | {"worker": "a\nb"}),
    "a key id that steers a terminal": text(KEPT | {"keyId": "\x1b[2J"}),
    "a date that is none": text(KEPT | {"createdAt": "yesterday"}),
    "no scrypt": text(kdf(name="pbkdf2")),
    "n that takes 8 GiB": text(kdf(n=1 << 23)),
    "n just above the bound": text(kdf(n=1 << 19)),
    "n that protects nothing": text(kdf(n=2)),
    "n that is no power of two": text(kdf(n=100_000)),
    "n as text": text(kdf(n="32768")),
    "n that is true": text(kdf(n=True)),
    "n as a fraction": text(kdf(n=32768.0)),
    "n that has no end": text(kdf()).replace(b"32768", b"1" * 3000),
    "r that takes memory": text(kdf(r=1 << 20)),
    "p that takes time": text(kdf(p=1 << 20)),
    "a parameter more": text(kdf(maxmem=1)),
    "a short salt": text(kdf(salt="AAECAwQFBgcICQoLDA0O")),
    "a short nonce": text(KEPT | {"nonce": "AAECAwQFBgcICQo="}),
    "a short key": text(KEPT | {"sealed": str(KEPT["sealed"])[:-4]}),
    "base64 with unused bits": text(kdf(salt="AAECAwQFBgcICQoLDA0ODx==")),
    "base64url": text(KEPT | {"sealed": "-" + str(KEPT["sealed"])[1:]}),
    "base64 with a line end": text(KEPT | {"sealed": str(KEPT["sealed"]) + "\n"}),
}


@pytest.mark.parametrize("data", UNREADABLE.values(), ids=UNREADABLE)
def test_what_the_format_does_not_allow_is_refused_before_scrypt(
    data: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A hostile file costs no memory and no time: no key is derived from it."""
    monkeypatch.setattr(recovery, "_derive", lambda *_: pytest.fail("a key was derived"))

    with pytest.raises(Refused, match="not a px recovery file, or it is damaged") as caught:
        recovery.unseal(data, PASSPHRASE)

    assert caught.value.code == "recovery_unreadable"


def test_no_two_files_share_a_salt() -> None:
    """Each is sealed under a key of its own."""
    import os

    files = [
        recovery.seal(KEY, "w", PASSPHRASE, now=datetime.now(UTC), random=os.urandom, cost=CHEAP)
        for _ in range(2)
    ]
    first, second = (json.loads(data) for data in files)

    assert first["kdf"]["salt"] != second["kdf"]["salt"]
    assert first["sealed"] != second["sealed"]
