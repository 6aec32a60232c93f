"""Wycheproof's cases for AES-256-GCM and HKDF-SHA256, from the files beside the clone.

Standard library only, so that the tests inside the Worker can read them through here too.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

FOLDER: Final = Path(__file__).resolve().parents[3] / "shared" / "vectors"
AES_GCM: Final = FOLDER / "aes_256_gcm.json"
HKDF: Final = FOLDER / "hkdf_sha256.json"

ABSENT: Final = f"Wycheproof's cases are not beside the clone, in {FOLDER.parent.name}/vectors"


@dataclass(frozen=True)
class Case:
    """One AES-256-GCM case; `sealed` is ciphertext and tag."""

    id: int
    comment: str
    key: bytes
    nonce: bytes
    aad: bytes
    plaintext: bytes
    sealed: bytes
    valid: bool


@dataclass(frozen=True)
class HkdfCase:
    id: int
    comment: str
    key: bytes
    salt: bytes
    info: bytes
    size: int
    output: bytes
    valid: bool


def aes_gcm_cases() -> list[Case]:
    """Every case, or none when the file is not there."""
    return [
        Case(
            id=test["tcId"],
            comment=test["comment"],
            key=bytes.fromhex(test["key"]),
            nonce=bytes.fromhex(test["iv"]),
            aad=bytes.fromhex(test["aad"]),
            plaintext=bytes.fromhex(test["msg"]),
            sealed=bytes.fromhex(test["ct"] + test["tag"]),
            valid=test["result"] == "valid",
        )
        for test in _tests(AES_GCM)
    ]


def hkdf_cases() -> list[HkdfCase]:
    """Every case, or none when the file is not there."""
    return [
        HkdfCase(
            id=test["tcId"],
            comment=test["comment"],
            key=bytes.fromhex(test["ikm"]),
            salt=bytes.fromhex(test["salt"]),
            info=bytes.fromhex(test["info"]),
            size=test["size"],
            output=bytes.fromhex(test["okm"]),
            valid=test["result"] == "valid",
        )
        for test in _tests(HKDF)
    ]


def _tests(path: Path) -> list[dict[str, Any]]:
    return list(json.loads(path.read_text())["tests"]) if path.is_file() else []
