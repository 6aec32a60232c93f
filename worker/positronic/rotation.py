"""Brings a project under the newest master key, a part at a time, while it is in use.

Runs where the project's writes run, one at a time: a value written meanwhile is not overwritten.
Versions and dates stay; only the key, the salt and the nonce are new.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import Final

from positronic.access import sign, verify
from positronic.audit import Auditor
from positronic.errors import CorruptRecord, Detail, UnknownKey
from positronic.names import Name, Project
from positronic.ports import TokenRecord, TokenStore, everything
from positronic.sealed import SealedStore
from positronic.signing import Signer, Verdict

AT_ONCE: Final = 50  # records written in one step: well within KV's 1,000 operations a request
TRIES: Final = 200  # records looked at in one step, so that some that do not open stop nothing


@dataclass(frozen=True, slots=True)
class KeyUse:
    """How much of a project is under one master key."""

    key_id: str
    secrets: int
    tokens: int


@dataclass(frozen=True, slots=True)
class Step:
    """`remaining` counts `failed` too: what does not open under the key it names."""

    resealed: int
    remaining: int
    failed: tuple[Detail, ...]


Write = Callable[[], Awaitable[None]]
Renew = Callable[[], Awaitable[Write | None]]


class Rotation:
    """For one project."""

    def __init__(
        self,
        project: Project,
        sealed: SealedStore,
        tokens: TokenStore,
        signer: Signer,
        auditor: Auditor,
    ) -> None:
        self._project = project
        self._sealed = sealed
        self._tokens = tokens
        self._signer = signer
        self._auditor = auditor

    async def census(self) -> list[KeyUse]:
        """Every key that seals or signs something here, and the newest, which may not yet."""
        secrets = Counter((await self._sealed.key_ids()).values())
        tokens = Counter(
            [record.signature.key_id async for record in everything(self._tokens.list)]
        )
        ids = sorted({self._signer.key_id, *secrets, *tokens})
        return [KeyUse(key_id, secrets[key_id], tokens[key_id]) for key_id in ids]

    async def step(self) -> Step:
        """Bring at most AT_ONCE records under the newest key. Audited by name."""
        outdated, failed = await self._outdated()
        remaining = len(outdated) + len(failed)
        writes: dict[str, Write] = {}
        gone = 0
        for name, renew in list(outdated.items())[:TRIES]:
            try:
                write = await renew()
            except (CorruptRecord, UnknownKey) as error:
                failed.append(Detail(error.code, error.message, name=name))
                continue
            if write is None:
                gone += 1
            else:
                writes[name] = write
            if len(writes) == AT_ONCE:
                break
        if writes:
            await self._auditor.around("keys.rotate", writes, partial(_run, writes.values()))
        return Step(len(writes), remaining - len(writes) - gone, tuple(failed[:TRIES]))

    async def _outdated(self) -> tuple[dict[str, Renew], list[Detail]]:
        """What to renew, and what is under a key that is gone: known without a look at it."""
        found: dict[str, tuple[str, Renew]] = {
            name: (key_id, partial(self._renew_secret, name))
            for name, key_id in (await self._sealed.key_ids()).items()
        }
        async for record in everything(self._tokens.list):
            renew = partial(self._renew_token, record)
            found[f"token {record.id}"] = (record.signature.key_id, renew)
        renewable = {
            name: renew
            for name, (key_id, renew) in found.items()
            if key_id != self._signer.key_id and self._signer.holds(key_id)
        }
        lost = [
            Detail(UnknownKey.code, f"the master key {key_id!r} is not held", name=name)
            for name, (key_id, _) in found.items()
            if not self._signer.holds(key_id)
        ]
        return renewable, lost

    async def _renew_secret(self, name: Name) -> Write | None:
        record = await self._sealed.renew(name)
        return None if record is None else partial(self._sealed.write, record)

    async def _renew_token(self, record: TokenRecord) -> Write | None:
        if verify(self._signer, self._project, record) is not Verdict.INTACT:
            raise CorruptRecord("the token's record was changed")
        return partial(self._tokens.put, sign(self._signer, self._project, record))


async def _run(writes: Iterable[Write]) -> None:
    for write in writes:
        await write()
