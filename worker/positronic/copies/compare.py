"""Whether a copy is what it has to be; and if not, whether it is only late.

Copies are eventually consistent: for minutes, a reader may get what we wrote before. So a text of
ours, or none, is no sign of anything while the last publish is young. Anything else is: somebody
changed the copy, or it was lost.
"""

from __future__ import annotations

from typing import Final

from positronic.ledger.copy_rows import PublishedCopy

SAME: Final = "same"
LAGGING: Final = "lagging"
OLDER: Final = "older"  # a text that we wrote before
FOREIGN: Final = "foreign"  # a text that we did not write, or not lately
MISSING: Final = "missing"
PLANTED: Final = "planted"  # under a name that is no secret's
STANDINGS: Final = (SAME, LAGGING, OLDER, FOREIGN, MISSING, PLANTED)
WRONG: Final = (OLDER, FOREIGN, MISSING, PLANTED)  # to be repaired, and reported

LAG: Final = 600_000  # milliseconds after a publish in which a reader may get what was before


def of_secret(
    copy: str | None, current: str | None, last: PublishedCopy | None, is_due: bool, now: int
) -> str:
    """How the copy of a live secret stands: its digest, or None where there is no copy.

    `current`: the digest of what it has to be; `is_due`: it is still to be published.
    """
    if not is_due and copy == current:
        return SAME
    is_ours = copy is None or (last is not None and copy in last.digests)
    if is_ours and is_late(last, is_due, now):
        return LAGGING
    if copy is None:
        return MISSING
    return OLDER if is_ours else FOREIGN


def of_no_secret(last: PublishedCopy | None, is_due: bool, now: int) -> str:
    """The same for a copy under another name: it is not removed yet, or was never ours."""
    return LAGGING if last and is_late(last, is_due, now) else PLANTED


def is_late(last: PublishedCopy | None, is_due: bool, now: int) -> bool:
    """Whether a reader of copies may still get what was there before."""
    return is_due or (last is not None and last.at is not None and now - last.at < LAG)
