"""Writes KV as it was before there were ledgers, independently of the code that reads it."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass

from contracts.commanding import token_hash
from contracts.worlds import KEYS, PROJECT
from positronic.names import Name, Project, Value
from positronic.ports import Cipher, Metadata
from positronic.sealing.keyring import Keyring
from positronic.sealing.signing import Signer
from positronic.secrets.sealer import Sealer

DATE = 1_780_000_000_000


@dataclass(frozen=True, slots=True)
class OldEntry:
    """A key of KV with what stood there."""

    key: str
    text: str
    metadata: Mapping[str, object] | None = None


@dataclass(frozen=True, slots=True)
class OldKv:
    """Entries of one project, as its Worker would have written them under these master keys."""

    cipher: Cipher
    project: Project = PROJECT
    keys: str = KEYS

    async def secret(
        self, name: str, value: str = "value", version: int = 1, updated: int = DATE
    ) -> OldEntry:
        keyring = Keyring(self.keys)
        metadata = Metadata(version, DATE, updated, keyring.newest)
        sealer = Sealer(self.project, self.cipher, keyring, os.urandom)
        record = await sealer.seal(Name(name), Value(value), metadata)
        fields = {"version": version, "createdAt": DATE, "updatedAt": updated}
        beside = {**fields, "keyId": keyring.newest}
        return OldEntry(f"{self.project}/secret/{name}", record.sealed, beside)

    def token(self, id_: str, secret: str, role: str = "writer", name: str = "ci") -> OldEntry:
        hash_ = token_hash(secret)
        parts = (self.project, id_, name, role, hash_, str(DATE), "")
        signed = Signer(Keyring(self.keys), "token").sign(*parts)
        fields = {"name": name, "role": role, "hash": hash_, "createdAt": DATE, "expiresAt": None}
        text = json.dumps({**fields, "keyId": signed.key_id, "mac": signed.mac})
        return OldEntry(f"{self.project}/token/{id_}", text)

    def event(self, time: int, action: str, *names: str) -> OldEntry:
        """By root; ids sort newest first."""
        id_ = f"{2**48 - 1 - time:012x}{os.urandom(10).hex()}"
        actor = {"id": "root", "name": "root", "type": "root"}
        listed = [part for pair in actor.items() for part in pair]
        parts = [self.project, id_, str(time), str(len(listed)), *listed, action]
        parts += [str(len(names)), *names, "accepted", "request-0", "", "=10.0.0.1"]
        signed = Signer(Keyring(self.keys), "audit").sign(*parts)
        fields = {
            "time": time,
            "actor": actor,
            "action": action,
            "names": names,
            "outcome": "accepted",
            "requestId": "request-0",
            "code": None,
            "address": "10.0.0.1",
            "signature": {"keyId": signed.key_id, "mac": signed.mac},
        }
        return OldEntry(f"{self.project}/audit/{id_}", json.dumps(fields))
