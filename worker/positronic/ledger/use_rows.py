"""Who read which version of a secret: counters by the day, and when each secret was last read."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from positronic import times
from positronic.ledger.codec import Codec
from positronic.ledger.fields import Fields
from positronic.ledger.setting_rows import SETTING
from positronic.names import Name, parse_name
from positronic.quick_dataclass import quick_dataclass, quick_replace
from positronic.rows import MAX_NUMBER, Kind, Row
from positronic.times import DAY

KEPT: Final = 90 * DAY  # of counters, milliseconds

_LAST_DAY: Final = 10**8
_AT: Final = re.compile(r'\{"at":([1-9][0-9]{0,15})\}')


@quick_dataclass(frozen=True, slots=True)
class Use:
    """How often a reader read one version on one day, and when first and last; milliseconds.

    `kind`: what the reader is, such as `brain`; `host`: where the value was sent, if the ledger
    was told. `day`: since 1970, in UTC.
    """

    name: Name
    version: int
    kind: str
    reader: str
    host: str | None
    day: int
    count: int
    first: int
    last: int


@quick_dataclass(frozen=True, slots=True)
class LastRead:
    """The last read of a secret, of any version, by anybody. It is kept as long as its name."""

    name: Name
    at: int


def uses_of(name: str, version: int | None = None) -> str:
    """What the ids of these counters begin with; no name holds a slash."""
    return f"{name}/" if version is None else f"{name}/{MAX_NUMBER - version:016d}/"


def use_id(use: Use) -> str:
    """Ascending ids are the newest version first, and of each the newest day first."""
    who = _digest(use.kind, use.reader, use.host)
    return f"{uses_of(use.name, use.version)}{_LAST_DAY - use.day:08d}/{who}"


@lru_cache(maxsize=256)
def _digest(kind: str, reader: str, host: str | None) -> str:
    """For a brain's title may be any text."""
    return hashlib.sha256(json.dumps([kind, reader, host]).encode()).hexdigest()[:32]


def _encode(use: Use) -> Mapping[str, object]:
    return {
        "kind": use.kind,
        "reader": use.reader,
        "host": use.host,
        "count": use.count,
        "first": use.first,
        "last": use.last,
    }


def _decode(id_: str, fields: Fields) -> Use:
    name, version, day, _ = id_.split("/")
    return Use(
        *(parse_name(name), MAX_NUMBER - int(version)),
        *(fields.text("kind"), fields.text("reader")),
        fields.optional_text("host"),
        _LAST_DAY - int(day),
        *(fields.number("count"), fields.time("first"), fields.time("last")),
    )


def one_more(row: Row, use: Use) -> Use:
    """What USES reads in the row under this counter's id, and one read more; `use` alone, if it
    cannot be read. Each read of a secret needs it: it reads only what can have changed.
    """
    try:
        fields = Fields(row.text)
        count, first, last = fields.number("count"), fields.time("first"), fields.time("last")
    except ValueError:
        return use
    return quick_replace(
        use, count=count + 1, first=min(first, use.first), last=max(last, use.last)
    )


# One kind for both, so that a read looks them up and writes them together.
_KIND: Final = Kind("use", ("day", "name"))
USES: Final[Codec[Use]] = Codec(_KIND, use_id, _encode, _decode, lambda use: (use.day, None))
LAST_READS: Final[Codec[LastRead]] = Codec(
    _KIND,
    lambda read: read.name,
    lambda read: {"at": read.at},
    lambda id_, fields: LastRead(parse_name(id_), fields.time("at")),
    lambda read: (None, read.name),
)


def last_read(row: Row) -> int | None:
    """When, as `LAST_READS` reads it, but fast enough for each row of a list; None: unreadable."""
    found = _AT.fullmatch(row.text)
    if found is None or row.keys != (None, row.id) or int(found[1]) > times.LAST:
        return None
    return int(found[1])


# Since when reads are counted: a ledger that is older than its counters does not know more.
COUNTED_ID: Final = "counted"
COUNTED: Final[Codec[int]] = Codec(
    SETTING,
    lambda _: COUNTED_ID,
    lambda since: {"since": since},
    lambda _, fields: fields.time("since"),
)
