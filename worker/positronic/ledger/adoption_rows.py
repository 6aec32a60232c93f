"""Whether a ledger has what KV had before it, and what is still to be brought."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from positronic.ledger.codec import Codec, Keys
from positronic.ledger.fields import Fields
from positronic.ledger.setting_rows import SETTING
from positronic.rows import Kind


@dataclass(frozen=True, slots=True)
class Adoption:
    """How far it is. `listing`: the parts still to be listed, the first one from `cursor` on.

    `unverified`: those of `events` whose signatures do not hold. `after_loss`: the project had a
    ledger before, so that only its secrets are brought.
    """

    listing: tuple[str, ...] = ()
    cursor: str | None = None
    secrets: int = 0
    tokens: int = 0
    events: int = 0
    unverified: int = 0
    failed: int = 0
    after_loss: bool = False


def _encode(adoption: Adoption) -> Mapping[str, object]:
    return {
        "listing": adoption.listing,
        "cursor": adoption.cursor,
        "secrets": adoption.secrets,
        "tokens": adoption.tokens,
        "events": adoption.events,
        "unverified": adoption.unverified,
        "failed": adoption.failed,
        "afterLoss": adoption.after_loss,
    }


def _decode(_: str, fields: Fields) -> Adoption:
    return Adoption(
        listing=fields.texts("listing"),
        cursor=fields.optional_text("cursor"),
        secrets=fields.count("secrets"),
        tokens=fields.count("tokens"),
        events=fields.count("events"),
        unverified=fields.count("unverified"),
        failed=fields.count("failed"),
        after_loss=fields.anything("afterLoss") is not False,
    )


# Put by the first commit of every ledger and never removed: a ledger with it never looks at KV.
ADOPTED_ID: Final = "adopted"
ADOPTED: Final[Codec[Adoption]] = Codec(SETTING, lambda _: ADOPTED_ID, _encode, _decode)
# There from the first to the last step of an adoption.
ADOPTING_ID: Final = "adopting"
ADOPTING: Final[Codec[Adoption]] = Codec(SETTING, lambda _: ADOPTING_ID, _encode, _decode)


@dataclass(frozen=True, slots=True)
class Waiting:
    """An entry of KV that was listed. `turn`: when it is brought; None: it cannot be.

    `label`: what people call it; `code` and `error`: why it was not brought.
    """

    part: str
    id: str
    turn: str | None
    label: str = ""
    code: str = ""
    error: str = ""


def _waiting_id(waiting: Waiting) -> str:
    return f"{waiting.part}/{waiting.id}"


def _encode_waiting(waiting: Waiting) -> Mapping[str, object]:
    return {
        "turn": waiting.turn,
        "label": waiting.label,
        "code": waiting.code,
        "error": waiting.error,
    }


def _decode_waiting(id_: str, fields: Fields) -> Waiting:
    part, _, rest = id_.partition("/")
    return Waiting(
        *(part, rest, fields.optional_text("turn"), fields.text("label")),
        *(fields.text("code"), fields.text("error")),
    )


def _waiting_keys(waiting: Waiting) -> Keys:
    return (waiting.turn, waiting.label if waiting.turn is None else None)


WAITING: Final[Codec[Waiting]] = Codec(
    Kind("waiting", ("turn", "failed")),
    _waiting_id,
    _encode_waiting,
    _decode_waiting,
    _waiting_keys,
)
