"""The recovery file: a master key sealed with a passphrase, as specified in RECOVERY.md.

scrypt (RFC 7914) derives a key from the passphrase, AES-256-GCM seals the master key under it, and
every other field is associated data: a file that was changed anywhere cannot be opened.
"""

from __future__ import annotations

import json
import re
import unicodedata
from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from px.errors import Refused
from px.project.master_key import KEY_SIZE, MasterKey

FORMAT: Final = "positronic-recovery-1"
MAX_FILE: Final = 4096  # bytes
SALT_SIZE: Final = 16
NONCE_SIZE: Final = 12
TAG_SIZE: Final = 16
COST: Final = 1 << 17  # scrypt's n: 128 MiB with r = 8
_R: Final = 8
# What a file may ask for: at most 256 MiB, twice. Less than the minimum is no protection.
_COSTS: Final = tuple(1 << bits for bits in range(15, 19))
_PARALLEL: Final = (1, 2)

_FIELDS: Final = frozenset({"format", "worker", "keyId", "createdAt", "kdf", "cipher"})
_SEALED: Final = frozenset({"nonce", "sealed"})
_KDF: Final = frozenset({"name", "n", "r", "p", "salt"})
_CIPHER: Final = "AES-256-GCM"
_ID: Final = re.compile(r"[A-Za-z0-9_-]{1,32}")
_WORKER: Final = re.compile(r"[\x21-\x7e]{1,255}")
_TIME: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")

Fields = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class RecoveryHeader:
    """A file's clear text: Worker, key id, date. Only trustworthy once the file was opened."""

    worker: str
    key_id: str
    created_at: str


def seal(
    key: MasterKey,
    worker: str,
    passphrase: str,
    *,
    now: datetime,
    random: Callable[[int], bytes],
    cost: int = COST,
) -> bytes:
    """The file's text."""
    salt, nonce = random(SALT_SIZE), random(NONCE_SIZE)
    header: dict[str, object] = {
        "format": FORMAT,
        "worker": worker,
        "keyId": key.id,
        "createdAt": f"{now.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
        "kdf": {"name": "scrypt", "n": cost, "r": _R, "p": 1, "salt": b64encode(salt).decode()},
        "cipher": _CIPHER,
    }
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    under = _derive(passphrase, salt, cost, 1)
    sealed = AESGCM(under).encrypt(nonce, b64decode(key.encoded), _associated(header))
    found = header | {"nonce": b64encode(nonce).decode(), "sealed": b64encode(sealed).decode()}
    return (json.dumps(found, indent=2) + "\n").encode()


def read(data: bytes) -> RecoveryHeader:
    """The clear text fields. Raises Refused for anything but a recovery file."""
    header, _, _ = _parse(data)
    return RecoveryHeader(str(header["worker"]), str(header["keyId"]), str(header["createdAt"]))


def unseal(data: bytes, passphrase: str) -> MasterKey:
    """The master key. Raises Refused for a wrong passphrase or a changed file."""
    header, nonce, sealed = _parse(data)
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    salt, cost, parallel = _checked_kdf(header["kdf"])
    under = _derive(passphrase, salt, cost, parallel)
    try:
        key = AESGCM(under).decrypt(nonce, sealed, _associated(header))
    except InvalidTag:
        raise Refused(
            "the recovery file cannot be opened: the passphrase is wrong, or the file was changed",
            code="recovery_does_not_open",
        ) from None
    return MasterKey(str(header["keyId"]), b64encode(key).decode())


def _derive(passphrase: str, salt: bytes, cost: int, parallel: int) -> bytes:
    from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

    # NFC: keyboards may encode the same letter differently.
    spelt = unicodedata.normalize("NFC", passphrase).encode()
    return Scrypt(salt=salt, length=32, n=cost, r=_R, p=parallel).derive(spelt)


def _associated(header: Fields) -> bytes:
    """Every clear text field, in canonical form."""
    return json.dumps(header, sort_keys=True, separators=(",", ":")).encode()


def _parse(data: bytes) -> tuple[dict[str, object], bytes, bytes]:
    """The clear text fields, the nonce and the sealed key, each checked against the format."""
    try:
        _demand(len(data) <= MAX_FILE)
        found = json.loads(data, object_pairs_hook=_once)
        _demand(isinstance(found, dict) and set(found) == _FIELDS | _SEALED)
        header = {name: text for name, text in found.items() if name in _FIELDS}
        _check_header(header)
        sealed = _bytes(found["sealed"], KEY_SIZE + TAG_SIZE)
        return header, _bytes(found["nonce"], NONCE_SIZE), sealed
    except (ValueError, KeyError, TypeError, RecursionError):
        raise Refused(
            "this is not a px recovery file, or it is damaged", code="recovery_unreadable"
        ) from None


def _check_header(header: Fields) -> None:
    """Raises ValueError. Nothing here is trustworthy before the passphrase was checked."""
    _demand(header["format"] == FORMAT and header["cipher"] == _CIPHER)
    for name, pattern in (("worker", _WORKER), ("keyId", _ID), ("createdAt", _TIME)):
        text = header[name]
        _demand(isinstance(text, str) and pattern.fullmatch(text) is not None)
    _checked_kdf(header["kdf"])


def _checked_kdf(kdf: object) -> tuple[bytes, int, int]:
    """Salt, n and p, within limits: no file makes px use more memory or time."""
    if not isinstance(kdf, dict):
        raise TypeError
    _demand(set(kdf) == _KDF and kdf["name"] == "scrypt")
    numbers = (kdf["n"], kdf["r"], kdf["p"])
    _demand(all(type(number) is int for number in numbers))
    _demand(kdf["n"] in _COSTS and kdf["r"] == _R and kdf["p"] in _PARALLEL)
    return _bytes(kdf["salt"], SALT_SIZE), kdf["n"], kdf["p"]


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """An object without repeated names: two parsers must not read two different files."""
    found = dict(pairs)
    _demand(len(found) == len(pairs))
    return found


def _bytes(found: object, size: int) -> bytes:
    """The bytes of canonical base64."""
    if not isinstance(found, str):
        raise TypeError
    data = b64decode(found, validate=True)
    _demand(len(data) == size and b64encode(data).decode() == found)
    return data


def _demand(holds: object) -> None:
    if not holds:
        raise ValueError
