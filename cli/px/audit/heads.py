"""The newest event of a log, and the one that px saw last: a log that ends before it was cut off.

The file is readable only by its owner. It holds a number and a digest, nothing of the event.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from px.errors import Usage

if TYPE_CHECKING:
    from px.settings import Target

_HEAD: Final = re.compile(r"([1-9][0-9]{0,15}):([0-9a-f]{64})")


@dataclass(frozen=True, slots=True)
class Head:
    """An event's number, and the SHA-256 of it as the ledger keeps it."""

    sequence: int
    digest: str

    def __str__(self) -> str:
        return f"{self.sequence}:{self.digest}"


def parse_head(text: str, what: str = "--head") -> Head:
    """`SEQ:DIGEST`, as `px audit verify` prints it. Raises Usage, which names `what`."""
    match = _HEAD.fullmatch(text)
    if match is None:
        raise Usage(
            f"{what} expects SEQ:DIGEST: a number, a colon and 64 hexadecimal digits",
            hint="`px audit verify` prints it",
        )
    return Head(int(match[1]), match[2])


class LastHead:
    """Of one project on one server. `path` None: nothing is remembered."""

    def __init__(self, path: Path | None) -> None:
        self.path = path

    def read(self) -> Head | None:
        """Raises Usage for a file that px did not write, or that others can write to."""
        from px.project import private_files

        if self.path is None:
            return None
        try:
            return parse_head(private_files.read(self.path).decode().removesuffix("\n"))
        except FileNotFoundError:
            return None
        except (Usage, UnicodeDecodeError) as error:
            if isinstance(error, Usage) and error.code == "untrusted_file":
                raise
            raise Usage(
                f"{self.path} is not what px wrote there",
                hint="delete it, or run `px audit verify --head SEQ:DIGEST`",
            ) from None

    def keep(self, head: Head) -> None:
        from px.project import user_state

        if self.path is not None:
            user_state.keep(self.path, f"{head}\n".encode())


def last_head(target: Target, environ: Mapping[str, str]) -> LastHead:
    """What px remembers of this address and project; nothing without a home folder."""
    from px.project.user_state import state_file

    return LastHead(state_file("audit-head", target.address, target.project_name, environ))
