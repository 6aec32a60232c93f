"""What a ledger knows of itself, a row each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from positronic.ledger.codec import Codec
from positronic.ledger.fields import DIGEST, Fields
from positronic.names import Project, parse_project
from positronic.ports import Signature
from positronic.rows import Kind
from positronic.sealing.envelope import KEY_ID

SETTING: Final = Kind("setting")

# Whose ledger it is: an alarm that wakes an object need not say its name.
OWNER_ID: Final = "owner"
OWNER: Final[Codec[Project]] = Codec(
    SETTING,
    lambda _: OWNER_ID,
    lambda project: {"project": project},
    lambda _, fields: parse_project(fields.text("project")),
)


@dataclass(frozen=True, slots=True)
class Trimmed:
    """The last event that retention removed, its row's digest, and a signature that says so."""

    sequence: int
    digest: str
    signature: Signature


def _decode(_: str, fields: Fields) -> Trimmed:
    signature = Signature(fields.matched("keyId", KEY_ID), fields.matched("mac", DIGEST))
    return Trimmed(fields.number("sequence"), fields.matched("digest", DIGEST), signature)


TRIMMED_ID: Final = "trimmed"
TRIMMED: Final[Codec[Trimmed]] = Codec(
    SETTING,
    lambda _: TRIMMED_ID,
    lambda one: {
        "sequence": one.sequence,
        "digest": one.digest,
        "keyId": one.signature.key_id,
        "mac": one.signature.mac,
    },
    _decode,
)
