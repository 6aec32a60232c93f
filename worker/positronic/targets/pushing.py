"""One target's names, sent one by one; and what their rows say afterwards.

A change that came while a name was sent has changed its row, which stays due; what was written is
known all the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from positronic.errors import CorruptRecord, PositronicError, TargetRefused
from positronic.ledger.look import Look
from positronic.ledger.secret_rows import STATES, VERSIONS, version_id
from positronic.ledger.target_rows import PUSHES, Push, SwitchedOn, push_id
from positronic.ports import Clock, Ledger, Target, Values
from positronic.rows import Change, CommitConflict, Delete, Row
from positronic.targets.selected import wanted_version
from positronic.times import wait_after

TRIES: Final = 5  # of a commit, where several processes share a ledger


@dataclass(frozen=True, slots=True)
class Sent:
    """What came of a name. `push` and `revision`: its row before; `version`: None: to be removed.

    `was_ours`: it was before this step, too.
    """

    push: Push
    revision: int
    version: int | None
    was_ours: bool = True
    receipt: str | None = None
    ends: int | None = None
    error: PositronicError | None = None


@dataclass(frozen=True, slots=True)
class Pushing:
    """To one target, of one project's ledger."""

    ledger: Ledger
    values: Values
    target: Target
    clock: Clock

    async def send(self, on: SwitchedOn, row: Row, *, was_ours: bool) -> Sent:
        """The newest state of a name, which is recorded as pushed. Raises nothing of ours."""
        sent = Sent(PUSHES.read(row), row.revision, None, was_ours)
        name = sent.push.name
        try:
            look = Look(self.ledger)
            state = look.one(STATES, name)
            version = wanted_version(on, state, self.clock())
            if state is None or version is None:
                await self.target.delete(name)
                return sent
            sent = replace(sent, version=version, ends=state.policy.ends_at)
            record = look.one(VERSIONS, version_id(name, version))
            if record is None:
                raise CorruptRecord(f"the record of {name} has no text")
            value = await self.values.open(record)
            if sentence := self.target.refusal(name, value):
                raise TargetRefused(sentence)
            return replace(sent, receipt=await self.target.put(name, value, version))
        except PositronicError as error:
            return replace(sent, error=error)

    def settle(self, sents: Sequence[Sent]) -> None:
        """What came of them is kept; or else they stay due, and are sent once more."""
        if not sents:
            return
        ids = [push_id(one.push.target, one.push.name) for one in sents]
        for _ in range(TRIES):
            rows = self.ledger.get(PUSHES.kind, ids)
            found = [(one, rows[id_]) for one, id_ in zip(sents, ids, strict=True) if id_ in rows]
            changes = [self._after(one, row) for one, row in found]
            try:
                self.ledger.commit(
                    [one for one in changes if one is not None],
                    {(PUSHES.kind, row.id): row.revision for _, row in found},
                )
            except CommitConflict:
                continue
            return

    def _after(self, sent: Sent, row: Row) -> Change | None:
        known = PUSHES.item(row)
        push = known if isinstance(known, Push) else sent.push
        is_newest = row.revision == sent.revision
        if sent.error is not None:
            return self._failed(sent, push, sent.error) if is_newest else None
        if sent.version is None:
            gone = Push(push.target, push.name, push.due, push.tries)
            return Delete(PUSHES.kind, row.id) if is_newest else PUSHES.put(gone)
        due = None if is_newest else push.due
        return PUSHES.put(written(push, sent.version, sent.receipt, sent.ends, self.clock(), due))

    def _failed(self, sent: Sent, push: Push, error: PositronicError) -> Change:
        if isinstance(error, TargetRefused):
            # What was never sent before is not there: the name may be somebody else's.
            is_ours = push.is_ours and sent.was_ours
            return PUSHES.put(replace(refused(push, sent.version, error.message), is_ours=is_ours))
        due = self.clock() + wait_after(push.tries)
        return PUSHES.put(replace(push, due=due, tries=push.tries + 1, error=error.message))


def written(
    push: Push, version: int, receipt: str | None, ends: int | None, at: int, due: int | None
) -> Push:
    """The row of a name that is there now."""
    return Push(
        *(push.target, push.name, due),
        is_ours=True,
        version=version,
        receipt=receipt,
        at=at,
        ends=ends,
    )


def refused(push: Push, version: int | None, sentence: str) -> Push:
    """The row of a name that is not tried again before it changes."""
    known = replace(push, due=None, tries=1, error=None)
    return replace(known, refused=sentence, refused_version=version or 0)
