"""Of which secrets somebody was reminded: a row for each name, kept for a day."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from positronic.ledger.codec import Codec
from positronic.ledger.fields import Fields
from positronic.names import Name, parse_name
from positronic.rows import Kind
from positronic.times import DAY


@dataclass(frozen=True, slots=True)
class Reminder:
    """`sent`: the day on which the webhook took it last, counted from 1970-01-01 UTC.

    `claim`: the run of the schedule that is sending it; no other does before `until`, milliseconds.
    """

    name: Name
    sent: int | None = None
    claim: str | None = None
    until: int | None = None

    def is_claimed(self, now: int) -> bool:
        return self.until is not None and now < self.until

    def is_held(self, claim: str, now: int) -> bool:
        """Whether this run is not to send it: it was sent today, or another run is sending it."""
        return self.sent == now // DAY or (self.is_claimed(now) and self.claim != claim)

    @property
    def last_day(self) -> int:
        """After it, the row says nothing any more."""
        return max(self.sent or 0, (self.until or 0) // DAY)


def _decode(id_: str, fields: Fields) -> Reminder:
    return Reminder(
        *(parse_name(id_), fields.optional_number("sent")),
        *(fields.optional_text("claim"), fields.optional_time("until")),
    )


REMINDERS: Final[Codec[Reminder]] = Codec(
    Kind("reminder", ("day",)),
    lambda one: one.name,
    lambda one: {"sent": one.sent, "claim": one.claim, "until": one.until},
    _decode,
    lambda one: (one.last_day,),
)
