"""Values at AWS and in Vault, as the checks look at them: each `keep` has a host of its own."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Sequence
from typing import Any, Final

from contracts.worlds import PROJECT
from positronic.names import Value
from positronic.ports import Clock, Record, Unsealed
from px.aws.client import open_client
from px.project.provider_access import AwsAccess, VaultAccess
from px.values import aws_parameter_store, aws_secrets_manager, vault
from px.values.object_store import ObjectStore, ValueLimits
from px.values.provider_values import ProviderValues
from px.vault.kv import VaultKv
from support.providers.aws import KEY_ID, REGION, SECRET_KEY, RunningAws
from support.providers.vault import Vault

PREFIX: Final = "positronic-secrets"


class AtProvider:
    """`fail`: lets the provider refuse writes, or take them again. `plant`: somebody else's, by its
    path from the host's folder on. `deny`: lets it refuse reads. `close`: its connections."""

    newest = ProviderValues.newest

    def __init__(
        self,
        store: ObjectStore,
        limits: ValueLimits,
        clock: Clock,
        fail: Callable[[bool], None],
        plant: Callable[[str], object],
        deny: Callable[[], None],
        close: Callable[[], None],
    ) -> None:
        self.store = store
        self.max_bytes = limits.max_bytes
        self.plant = plant
        self.deny = deny
        self.close = close
        self._fail = fail
        self.is_failing = False
        self._values = ProviderValues(PROJECT, store, limits, clock, os.urandom)

    @property
    def ids(self) -> set[str]:
        return {path.rpartition("/")[2] for path in self.store.paths()}

    @property
    def is_failing(self) -> bool:
        return self._is_failing

    @is_failing.setter
    def is_failing(self, failing: bool) -> None:
        self._is_failing = failing
        self._fail(failing)

    def lose(self) -> None:
        for path in list(self.store.paths()):
            self.store.delete(path)

    async def seal_many(self, entries: Sequence[Unsealed]) -> Sequence[Record]:
        return await self._values.seal_many(entries)

    async def open(self, record: Record) -> Value:
        return await self._values.open(record)

    async def sweep(self, named: Collection[str], before: int) -> None:
        await self._values.sweep(named, before)


def in_secrets_manager(aws: RunningAws, clock: Clock) -> AtProvider:
    """One secret of AWS each."""
    client, host = _client(aws, "secretsmanager"), _host()
    folder = "/".join(host)

    def plant(path: str) -> None:
        client.create_secret(Name=f"{folder}/{path}", SecretString="theirs")

    store = aws_secrets_manager.AwsSecretObjects(client, *host)
    fail, deny = _refusing(aws, "CreateSecret"), _denying(aws, "GetSecretValue")
    return AtProvider(store, aws_secrets_manager.LIMITS, clock, fail, plant, deny, client.close)


def in_parameter_store(aws: RunningAws, clock: Clock) -> AtProvider:
    """One parameter each."""
    client, host = _client(aws, "ssm"), _host()
    folder = "/".join(host)

    def plant(path: str) -> None:
        client.put_parameter(Name=f"/{folder}/{path}", Value="theirs", Type="String")

    store = aws_parameter_store.AwsParameterObjects(client, *host)
    fail, deny = _refusing(aws, "PutParameter"), _denying(aws, "GetParameter")
    return AtProvider(store, aws_parameter_store.LIMITS, clock, fail, plant, deny, client.close)


def in_vault(server: Vault, clock: Clock) -> AtProvider:
    """One secret of a KV engine each."""
    host = _host()
    folder = "/".join(host)

    def fail(failing: bool) -> None:
        server.denied = {("POST", "kv/data/")} if failing else set()

    def deny() -> None:
        server.denied = {("GET", "kv/data/")}

    def plant(path: str) -> None:
        server.kv.write(f"{folder}/{path}", {"value": "theirs"})

    kv = VaultKv(VaultAccess(server.url, server.token, "", "a test"), "kv")
    store = vault.VaultObjects(kv, *host)
    return AtProvider(store, vault.LIMITS, clock, fail, plant, deny, kv.close)


def _host() -> tuple[str, str, str]:
    return PREFIX, os.urandom(8).hex(), PROJECT


def _client(aws: RunningAws, service: str) -> Any:  # noqa: ANN401 - botocore has no types
    keys = {"aws_access_key_id": KEY_ID, "aws_secret_access_key": SECRET_KEY}
    return open_client(service, AwsAccess(REGION, keys, aws.url))


def _refusing(aws: RunningAws, action: str) -> Callable[[bool], None]:
    def fail(failing: bool) -> None:
        aws.aws.refused.clear()
        if failing:
            aws.aws.refused[action] = "InternalServiceError"

    return fail


def _denying(aws: RunningAws, action: str) -> Callable[[], None]:
    def deny() -> None:
        aws.aws.refused[action] = "AccessDeniedException"

    return deny
