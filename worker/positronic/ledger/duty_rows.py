"""When a ledger has to do something by itself besides copying: a row for each such duty."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from positronic.ledger.codec import Codec
from positronic.rows import Kind
from positronic.times import DAY

SWEEP: Final = "sweep"  # compares the copies with the ledger
RETENTION: Final = "retention"  # removes events that are no longer kept


@dataclass(frozen=True, slots=True)
class Duty:
    """`due` in milliseconds; `cursor`: where its next step begins; `failed`: how often in a row."""

    name: str
    due: int
    cursor: str | None = None
    failed: int = 0


DUTIES: Final[Codec[Duty]] = Codec(
    Kind("duty", ("due",)),
    lambda duty: duty.name,
    lambda duty: {"due": duty.due, "cursor": duty.cursor, "failed": duty.failed},
    lambda id_, fields: Duty(
        id_, fields.time("due"), fields.optional_text("cursor"), fields.count("failed")
    ),
    lambda duty: (duty.due,),
)


def first_duties(now: int) -> list[Duty]:
    """A new ledger's."""
    return [Duty(name, now + DAY) for name in (SWEEP, RETENTION)]
