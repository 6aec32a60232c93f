"""One target's names, sent one by one; and what their rows say afterwards.

A change that came while a name was sent has changed its row, which stays due; what was written is
known all the same. After an answer that was lost, its request may still arrive, later than a newer
one: so what is newest then is sent once more, a deletion too.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from positronic.errors import CorruptRecord, PositronicError, StoreFailed, TargetRefused
from positronic.ledger.look import Look
from positronic.ledger.secret_rows import STATES, VERSIONS, version_id
from positronic.ledger.target_rows import PUSHES, Push, SwitchedOn, push_id
from positronic.names import Name, Value
from positronic.ports import Clock, Ledger, Target, Values
from positronic.rows import Change, CommitConflict, Delete, Row
from positronic.targets.selected import wanted_version
from positronic.times import LAST_RETRY, wait_after

TRIES: Final = 5  # of a commit, where several processes share a ledger
SEND_TIME: Final = 60_000  # milliseconds after its claim in which a name's last request is sent
LATE: Final = 60_000  # milliseconds after which a request that was sent does not arrive any more


@dataclass(frozen=True, slots=True)
class Sent:
    """What came of a name. `push` and `revision`: its row when it was sent; `version`: None: to be
    removed. `before`: its row before it was claimed.
    """

    push: Push
    revision: int
    version: int | None
    before: Push
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

    async def send(
        self, on: SwitchedOn, row: Row, before: Push, claimed: int | None
    ) -> Sent | None:
        """The newest state of a name; None: it is not what was recorded as pushed (`claimed`: the
        version; None: its removal), or too late for that, and stays due. Raises nothing of ours.
        """
        sent = Sent(PUSHES.read(row), row.revision, None, before)
        left = (sent.push.unsure or 0) - LATE - self.clock()
        if left <= 0:
            return None
        try:
            look = Look(self.ledger)
            state = look.one(STATES, sent.push.name)
            version = wanted_version(on, state, self.clock())
            if version != claimed:
                return None
            if state is not None and version is not None:
                sent = replace(sent, version=version, ends=state.policy.ends_at)
            async with asyncio.timeout(left / 1000):
                return await self._sent(sent, look)
        except TimeoutError:
            return replace(sent, error=StoreFailed("it took more than a minute"))
        except PositronicError as error:
            return replace(sent, error=error)

    async def _sent(self, sent: Sent, look: Look) -> Sent:
        name, version = sent.push.name, sent.version
        if version is None:
            await self.target.delete(name)
            return sent
        record = look.one(VERSIONS, version_id(name, version))
        if record is None:
            raise CorruptRecord(f"the record of {name} has no text")
        value = await self.values.open(record)
        try:
            return replace(sent, receipt=await self._put(name, value, version))
        except TargetRefused:
            # What an earlier try left there, a restored secret say, never was what has to be there.
            if sent.before.is_ours and sent.before.at is None:
                await self.target.delete(name)
            raise

    async def _put(self, name: Name, value: Value, version: int) -> str | None:
        if sentence := self.target.refusal(name, value):
            raise TargetRefused(sentence)
        return await self.target.put(name, value, version)

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
            return self._failed(sent, push, sent.error, is_newest=is_newest)
        unsure, due = self._unsure(sent), None if is_newest else push.due or self.clock()
        if sent.version is None:
            if is_newest and unsure is None:
                return Delete(PUSHES.kind, row.id)
            gone = Push(push.target, push.name, due, push.tries, place=push.place)
            return PUSHES.put(replace(gone, is_ours=unsure is not None, unsure=unsure))
        there = written(push, sent.version, sent.receipt, sent.ends, self.clock(), due)
        return PUSHES.put(replace(there, unsure=unsure))

    def _failed(
        self, sent: Sent, push: Push, error: PositronicError, *, is_newest: bool
    ) -> Change | None:
        is_refused = isinstance(error, TargetRefused)
        if is_refused:
            # What was never sent before is not there: the name may be somebody else's.
            push = replace(push, is_ours=push.is_ours and sent.before.is_ours)
        if not isinstance(error, StoreFailed):
            push = replace(push, unsure=self._unsure(sent))
        if not is_newest:
            return PUSHES.put(push)
        if is_refused and sent.version is not None:
            now = self.clock()
            return PUSHES.put(refused(push, sent.version, error.message, sent.ends, now))
        # A removal is tried until it holds, whatever the provider has against it.
        wait = LAST_RETRY if is_refused else wait_after(push.tries)
        due = self.clock() + wait
        return PUSHES.put(replace(push, due=due, tries=push.tries + 1, error=error.message))

    def _unsure(self, sent: Sent) -> int | None:
        """Until when an earlier request may arrive; this one was answered."""
        until = sent.before.unsure
        return until if until is not None and until > self.clock() else None


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
        place=push.place,
    )


def refused(push: Push, version: int, sentence: str, ends: int | None, now: int) -> Push:
    """The row of a name that is not tried again before it changes. `ends`: of the secret's policy,
    for an older version may be there. A request that may still arrive is not forgotten.
    """
    unsure = push.unsure if push.unsure is not None and push.unsure > now else None
    known = replace(push, due=None, tries=1, error=None, unsure=unsure, ends=ends)
    return replace(known, refused=sentence, refused_version=version)
