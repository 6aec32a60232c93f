"""The outbox: a row for each name whose copy elsewhere has to be written, or removed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from positronic.ledger.codec import Codec
from positronic.names import Name
from positronic.rows import Kind


@dataclass(frozen=True, slots=True)
class DueCopy:
    """`due`: when it is to be published, milliseconds; `tries`: how often that failed, from 1."""

    name: Name
    due: int
    tries: int = 1


OUTBOX: Final[Codec[DueCopy]] = Codec(
    Kind("outbox", ("due",)),
    lambda copy: copy.name,
    lambda copy: {"due": copy.due, "tries": copy.tries},
    lambda id_, fields: DueCopy(Name(id_), fields.time("due"), fields.number("tries")),
    lambda copy: (copy.due,),
)
