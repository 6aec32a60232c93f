"""AWS Secrets Manager as a target. One secret a name, marked with tags.

A version's id is the request's token. It is the same each time the same value is put as the same
version, so that a repeated put changes nothing. Deleted secrets can be restored for seven days, and
a put restores a marked one.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import re
from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from positronic.errors import NameFailed, PositronicError
from positronic.names import MAX_VALUE, Name, Value
from positronic.ports import AtTarget
from positronic.providers.aws_api import AwsApi, Outcome
from positronic.providers.exchange import Reply
from positronic.providers.mark import Mark
from positronic.providers.refusals import foreign, must_fit, unfit_value
from positronic.providers.side_by_side import side_by_side
from positronic.providers.sigv4 import Credentials

PROVIDER: Final = "AWS Secrets Manager"
MISSING: Final = "ResourceNotFoundException"
EXISTS: Final = "ResourceExistsException"
LIMIT: Final = "LimitExceededException"
CURRENT: Final = "AWSCURRENT"
RECOVERY_DAYS: Final = 7  # the fewest that AWS allows
MAX_NAME: Final = 512
_PURPOSE: Final = b"positronic: the id of a version"  # no signature is made of this text

# AWS adds a hyphen and six characters to a name in the secret's ARN.
_LIKE_AN_ARN: Final = re.compile(r".*-[A-Za-z0-9]{6}", re.DOTALL)


@dataclass(frozen=True, slots=True)
class _There:
    tags: Mapping[str, str]
    is_scheduled: bool
    current: str | None


@dataclass(frozen=True, slots=True)
class AwsSecretsManager:
    """`prefix` before each name; `kms_key`: for secrets that are created."""

    api: AwsApi
    mark: Mark
    prefix: str
    kms_key: str | None = None

    def refusal(self, name: Name, value: Value | None = None) -> str | None:
        at = f"{self.prefix}{name}"
        if len(at) > MAX_NAME:
            return f"{name} is too long: {PROVIDER} takes {MAX_NAME} characters with the prefix"
        if _LIKE_AN_ARN.fullmatch(at):
            return (
                f"{at} ends in a hyphen and six characters, as {PROVIDER}'s own ids do: choose "
                "another name, or a prefix that does not end in a hyphen"
            )
        return unfit_value(PROVIDER, name, value, MAX_VALUE)

    async def put(self, name: Name, value: Value, version: int) -> str | None:
        """The version's id, once it is the current one."""
        must_fit(self, name, value)
        at = f"{self.prefix}{name}"
        token = version_id(self.api.credentials, at, version, value)
        there = await self._there(at)
        if there is None:
            return await self._create(at, value, token)
        self._must_be_ours(at, there)
        if not there.is_scheduled:
            return await self._new_version(at, value, token)
        try:
            await self.api.call("RestoreSecret", at, {"SecretId": at})
            return await self._new_version(at, value, token)
        except (Exception, asyncio.CancelledError):
            # What was deleted must not be readable again, also where this is cancelled.
            with suppress(PositronicError):
                await asyncio.shield(self._schedule(at))
            raise

    async def delete(self, name: Name) -> None:
        """Scheduled, not at once: AWS can restore it for seven days."""
        at = f"{self.prefix}{name}"
        there = await self._there(at)
        if there is None:
            return
        self._must_be_ours(at, there)
        if not there.is_scheduled:
            await self._schedule(at)

    async def _schedule(self, at: str) -> None:
        asked = {"SecretId": at, "RecoveryWindowInDays": RECOVERY_DAYS}
        await self.api.call("DeleteSecret", at, asked, (MISSING,))

    async def look(self, names: Collection[Name]) -> Mapping[Name, AtTarget]:
        """A call for each: lists lag by up to five minutes. A scheduled deletion counts as done."""
        found = await side_by_side(names, lambda name: self._there(f"{self.prefix}{name}"))
        return {
            name: AtTarget(self.mark.is_on(there.tags), there.current)
            for name, there in found.items()
            if there is not None and not there.is_scheduled
        }

    async def _there(self, at: str) -> _There | None:
        outcome = await self.api.call("DescribeSecret", at, {"SecretId": at}, (MISSING,))
        return None if outcome.code else _there(outcome.reply)

    def _must_be_ours(self, at: str, there: _There) -> None:
        if not self.mark.is_on(there.tags):
            raise foreign(PROVIDER, at)

    async def _create(self, at: str, value: Value, token: str) -> str:
        asked: dict[str, object] = {
            "Name": at,
            "SecretString": value.reveal(),
            "ClientRequestToken": token,
            "Tags": [{"Key": key, "Value": text} for key, text in self.mark.tags.items()],
        }
        if self.kms_key is not None:
            asked["KmsKeyId"] = self.kms_key
        outcome = await self.api.call("CreateSecret", at, asked, (EXISTS,))
        if outcome.code:
            raise NameFailed(f"{at} was created at AWS by somebody else at the same time")
        return self._written(outcome, token)

    async def _new_version(self, at: str, value: Value, token: str) -> str:
        asked = {
            "SecretId": at,
            "SecretString": value.reveal(),
            "ClientRequestToken": token,
        }
        outcome = await self.api.call("PutSecretValue", at, asked, (LIMIT,))
        if outcome.code:
            raise NameFailed(f"{at} has too many versions at AWS from the last 24 hours")
        written = self._written(outcome, token)
        if CURRENT not in outcome.reply.texts("VersionStages"):
            await self._make_current(at, token)
        return written

    def _written(self, outcome: Outcome, token: str) -> str:
        if outcome.reply.text("VersionId") != token:
            raise self.api.exchange.unreadable()
        return token

    async def _make_current(self, at: str, token: str) -> None:
        """It was written before, and somebody wrote another version since."""
        there = await self._there(at)
        asked = {"SecretId": at, "VersionStage": CURRENT, "MoveToVersionId": token}
        if there is not None and there.current is not None:
            asked["RemoveFromVersionId"] = there.current
        await self.api.call("UpdateSecretVersionStage", at, asked)


def version_id(credentials: Credentials, at: str, version: int, value: Value) -> str:
    """A UUID (RFC 9562, version 8) for ClientRequestToken.

    Of a MAC under a key of ours: those who may list versions learn nothing of a value from it.
    """
    key = hmac.digest(credentials.secret_access_key.encode(), _PURPOSE, hashlib.sha256)
    text = f"{at}\n{version}\n{value.reveal()}"
    digest = bytearray(hmac.digest(key, text.encode(), hashlib.sha256)[:16])
    digest[6] = digest[6] & 0x0F | 0x80
    digest[8] = digest[8] & 0x3F | 0x80
    found = digest.hex()
    return "-".join((found[:8], found[8:12], found[12:16], found[16:20], found[20:]))


def _there(reply: Reply) -> _There:
    stages = reply.inner("VersionIdsToStages") if "VersionIdsToStages" in reply.fields else None
    ids = [] if stages is None else [id_ for id_ in stages.fields if CURRENT in stages.texts(id_)]
    return _There(
        {tag.text("Key"): tag.text("Value") for tag in reply.listed("Tags")},
        reply.fields.get("DeletedDate") is not None,
        ids[0] if len(ids) == 1 else None,
    )
