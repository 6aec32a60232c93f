"""Moves a project to the newest master key, step by step, while it is in use.

Runs where the project's writes run, one at a time, so it never overwrites a newer value. Versions
and dates stay; only the key, the salt and the nonce are new.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

from positronic.access.authentication import readable, sign, verify
from positronic.audit.events import Auditor
from positronic.errors import CorruptRecord, Detail, UnknownKey
from positronic.journal import GONE, secret_key, token_key
from positronic.names import Name, Project
from positronic.ports import Journal, TokenRecord, TokenStore, Unreadable, everything
from positronic.sealing.signing import Signer, Verdict
from positronic.secrets.sealed_store import SealedStore

AT_ONCE: Final = 50  # records written in one step: well below KV's 1,000 operations per request
TRIES: Final = 200  # records tried in one step, so that a few unopenable ones do not block it


@dataclass(frozen=True, slots=True)
class KeyUse:
    """How much of a project is under one master key."""

    key_id: str
    secrets: int
    tokens: int


@dataclass(frozen=True, slots=True)
class Census:
    """Each key's use, and the number of unreadable entries, whose keys are unknown."""

    uses: Sequence[KeyUse]
    unreadable: int


@dataclass(frozen=True, slots=True)
class RotationStep:
    """`remaining` includes `failed`: records that cannot be opened with the key they name."""

    resealed: int
    remaining: int
    failed: tuple[Detail, ...]


Write = Callable[[], Awaitable[None]]
Renew = Callable[[], Awaitable[Write | None]]


class _Stale(Exception):
    """The store still shows an older version than was written: left for a later step."""


@dataclass(frozen=True, slots=True)
class _Item:
    """A record: its name for people, its key in the journal, its master key, how to renew it."""

    label: str
    place: str
    key_id: str
    renew: Renew


class Rotation:
    """For one project."""

    def __init__(
        self,
        project: Project,
        sealed: SealedStore,
        tokens: TokenStore,
        signer: Signer,
        auditor: Auditor,
        journal: Journal,
    ) -> None:
        self._project = project
        self._sealed = sealed
        self._tokens = tokens
        self._signer = signer
        self._auditor = auditor
        self._journal = journal

    async def census(self) -> Census:
        """Every key that seals or signs something here, and the newest even if it does not yet."""
        by_name, unreadable = await self._sealed.key_ids()
        records, unreadable_tokens = await self._all_tokens()
        secrets = Counter(by_name.values())
        tokens = Counter(record.signature.key_id for record in records)
        ids = sorted({self._signer.key_id, *secrets, *tokens})
        uses = [KeyUse(key_id, secrets[key_id], tokens[key_id]) for key_id in ids]
        return Census(uses, len(unreadable) + len(unreadable_tokens))

    async def step(self) -> RotationStep:
        """Move at most AT_ONCE records to the newest key. Audited by name."""
        outdated, lost = await self._outdated()
        writes: dict[str, Write] = {}
        failed: list[Detail] = []
        gone = 0
        for item in outdated[:TRIES]:
            try:
                write = await item.renew()
            except _Stale:
                continue
            except (CorruptRecord, UnknownKey) as error:
                failed.append(Detail(error.code, error.message, name=item.label))
                continue
            if write is None:
                gone += 1
            else:
                writes[item.label] = write
            if len(writes) == AT_ONCE:
                break
        if writes:
            await self._auditor.around("keys.rotate", writes, partial(_run, writes.values()))
        remaining = len(outdated) + len(lost) - len(writes) - gone
        return RotationStep(len(writes), remaining, tuple([*failed, *lost][:TRIES]))

    async def _outdated(self) -> tuple[list[_Item], list[Detail]]:
        """What to renew, and what cannot be renewed: its key is missing or it is unreadable."""
        recent = self._journal.recent()
        found, unreadable = await self._items(recent)
        items = [
            item
            for item in found
            # A list may still show deleted records; renewing one would restore it.
            if item.key_id != self._signer.key_id and recent.get(item.place) != GONE
        ]
        lost = [
            Detail(UnknownKey.code, f"the master key {item.key_id!r} is missing", name=item.label)
            for item in items
            if not self._signer.holds(item.key_id)
        ]
        lost += [
            Detail(CorruptRecord.code, "the entry cannot be read", name=label)
            for label, place in unreadable
            if recent.get(place) != GONE
        ]
        return [item for item in items if self._signer.holds(item.key_id)], lost

    async def _items(self, recent: Mapping[str, int]) -> tuple[list[_Item], list[tuple[str, str]]]:
        """What can be read, and the label and journal key of what cannot."""
        items = []
        by_name, unreadable = await self._sealed.key_ids()
        for name, key_id in by_name.items():
            place = secret_key(name)
            renew = partial(self._renew_secret, name, recent.get(place, 0))
            items.append(_Item(name, place, key_id, renew))
        records, unreadable_tokens = await self._all_tokens()
        for record in records:
            renew = partial(self._renew_token, record)
            place = token_key(record.id)
            items.append(_Item(f"token {record.id}", place, record.signature.key_id, renew))
        return items, [
            *((name, secret_key(name)) for name in unreadable),
            *((f"token {one}", token_key(one)) for one in unreadable_tokens),
        ]

    async def _all_tokens(self) -> tuple[list[TokenRecord], list[str]]:
        """The records, and the ids of those that cannot be read."""
        found = [readable(item) async for item in everything(self._tokens.list)]
        records = [one for one in found if isinstance(one, TokenRecord)]
        return records, [one.id for one in found if isinstance(one, Unreadable)]

    async def _renew_secret(self, name: Name, version: int) -> Write | None:
        record = await self._sealed.renew(name)
        if record is not None and record.metadata.version < version:
            raise _Stale
        return None if record is None else partial(self._sealed.write, record)

    async def _renew_token(self, record: TokenRecord) -> Write | None:
        if verify(self._signer, self._project, record) is not Verdict.INTACT:
            raise CorruptRecord("the token's record was tampered with")
        return partial(self._tokens.put, sign(self._signer, self._project, record))


async def _run(writes: Iterable[Write]) -> None:
    for write in writes:
        await write()
