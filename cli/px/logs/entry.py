"""One line of the Worker's log: time, level, message. Nothing else is shown of an event."""

from __future__ import annotations

import json
import re
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from px.terminal import harmless, printable

LEVELS: Final = ("debug", "info", "log", "warn", "error")
LONGEST: Final = 4_000  # characters of a message
HIDDEN: Final = "[redacted]"
_WORD: Final = 100  # characters of an exception's name
_LAST_TIME: Final = 253_402_300_799_999  # the year 9999

# None of them begins at a word: in a repr, the character before may be the n of a \n.
_TOKEN: Final = re.compile(r"px_[a-z0-9][a-z0-9-]*_[0-9a-f]{8,}")
_CREDENTIALS: Final = re.compile(r"(?i)(bearer|basic) +[\w~+/.=-]+")
# What follows the host, and what precedes it: both may be a key.
_ADDRESS: Final = re.compile(r"://([^\s/?#'\"<>]*)([^\s'\"]*)")


@dataclass(frozen=True, slots=True)
class LogEntry:
    """`time` in milliseconds; `exception` is the name of one, empty for what was printed."""

    time: int
    level: str
    message: str
    exception: str = ""

    @property
    def moment(self) -> str:
        """ISO 8601, to the millisecond."""
        seconds, rest = divmod(min(max(self.time, 0), _LAST_TIME), 1000)
        return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}.{rest:03}Z"

    def document(self) -> dict[str, object]:
        thrown = {"exception": self.exception} if self.exception else {}
        return {"time": self.moment, "level": self.level, "message": self.message, **thrown}

    def line(self) -> str:
        """For scripts: tabs between time, level and message, which cannot break the line."""
        return "\t".join((self.moment, self.level, printable(self._text)))

    def lines(self) -> str:
        """For people: what the message has in further lines is indented below it."""
        first, *more = (harmless(one) for one in self._text.split("\n"))
        head = f"{self.moment[:19].replace('T', ' ')}  {self.level:<5}  {first}"
        return "\n".join([head.rstrip(), *(f"  {one}".rstrip() for one in more)])

    @property
    def _text(self) -> str:
        return f"{self.exception}: {self.message}" if self.exception else self.message


# To be closed by its reader, which ends what is behind it.
Entries = Generator[LogEntry, None, None]


def make_entry(
    time: object, level: object, message: str, hidden: Sequence[str] = (), exception: str = ""
) -> LogEntry:
    """An entry of what somebody else wrote: redacted and of bounded length, of a known level."""
    whole = redacted(message, hidden)
    left = len(whole) - LONGEST
    return LogEntry(
        time if isinstance(time, int) else 0,
        level if isinstance(level, str) and level in LEVELS else "log",
        f"{whole[:LONGEST]} … ({left:,} more characters)" if left > 0 else whole,
        redacted(exception, hidden)[:_WORD],
    )


def redacted(text: str, hidden: Sequence[str] = ()) -> str:
    """Without tokens of px, credentials of HTTP, `hidden`, and all of an address but its host."""
    for one in filter(None, hidden):
        for form in (one, *_in_json(one)):
            text = text.replace(form, HIDDEN)
    text = _TOKEN.sub(HIDDEN, text)
    text = _CREDENTIALS.sub(lambda found: f"{found[1]} {HIDDEN}", text)
    return _ADDRESS.sub(_host, text)


def _in_json(text: str) -> Iterator[str]:
    """As Python and as JavaScript write it inside a JSON string."""
    for ascii_only in (True, False):
        yield json.dumps(text, ensure_ascii=ascii_only)[1:-1]


def _host(found: re.Match[str]) -> str:
    authority, rest = found.groups()
    if "@" in rest:  # of a password with a slash or of a path: nobody can tell
        return f"://{HIDDEN}"
    host = authority.rpartition("@")[2]
    return f"://{host}" + (f"/{HIDDEN}" if rest.strip("/>") else rest)
