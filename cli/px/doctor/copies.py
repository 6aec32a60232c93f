"""Whether the copies in KV are what the ledger says: somebody else may have written there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from px.api.copies import LAGGING, Copy, differing
from px.doctor.finding import OK, SKIP, WARN, Finding
from px.doctor.probe import Probe
from px.errors import PxError
from px.terminal import printable

SHOWN: Final = 5


def check_copies(probe: Probe) -> Iterator[Finding]:
    """The server compares them. It repairs what is wrong, so this is a warning."""
    try:
        found = list(differing(probe))
    except PxError as error:
        if error.code == "not_found":
            yield Finding("copies", SKIP, "unknown: this server does not compare copies")
            return
        yield Finding("copies", WARN, f"not compared: {error.message}", error.hint)
        return
    wrong = [one for one in found if one.state != LAGGING]
    if wrong:
        yield _wrong(wrong)
    elif found:
        yield Finding("copies", OK, f"KV matches the ledger, but for {len(found)} just written")
    else:
        yield Finding("copies", OK, "KV matches the ledger")


def _wrong(wrong: list[Copy]) -> Finding:
    names = ", ".join(f"{printable(one.name)} ({one.state})" for one in wrong[:SHOWN])
    more = f" and {len(wrong) - SHOWN} more" if len(wrong) > SHOWN else ""
    message = f"{len(wrong)} in KV did not match the ledger, and are repaired: {names}{more}"
    hint = "nothing of them is read; check who may write to the KV namespace"
    return Finding("copies", WARN, message, hint)
