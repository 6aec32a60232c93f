"""Each provider's stand-in with one project's target at it, as the targets' suite asks for it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

from positronic.names import Name, Project, Value, parse_name, parse_value
from positronic.outgoing import Send
from positronic.ports import Target
from positronic.providers.aws_api import AwsApi
from positronic.providers.aws_parameter_store import AwsParameterStore
from positronic.providers.aws_secrets_manager import AwsSecretsManager
from positronic.providers.exchange import LONGEST_ANSWER, Exchange
from positronic.providers.fly import Fly
from positronic.providers.mark import Mark
from positronic.providers.sigv4 import Credentials, Scope
from positronic.providers.vault import Vault
from positronic.providers.vault_api import VaultApi
from positronic.providers.worker_secrets import WorkerSecrets
from px.http.outgoing import sender
from support.cloudflare_account import ACCOUNT
from support.providers import aws, fly, vault, worker_secrets
from support.providers.standin import Provider, Standin, standing_in

SEND: Final = sender(LONGEST_ANSWER)
MARK: Final = Mark(Project("shop"), "production")
CREDENTIALS: Final = Credentials(aws.KEY_ID, aws.SECRET_KEY)
Refused = Sequence[tuple[Name, Value | None]]


@dataclass
class World:
    """`read` and `write`: what the provider has under a name of ours, as its owner."""

    standin: Standin
    target: Target
    read: Callable[[Name], str | None]
    write: Callable[[Name, str], None]
    cannot_take: Refused
    keeps_marks: bool = True

    async def value(self, name: Name) -> str | None:
        return self.read(name)

    async def plant(self, name: Name, value: str) -> None:
        self.write(name, value)

    def fail(self, how: str, count: int = 1) -> None:
        self.standin.fail(how, count)

    def requests(self) -> int:
        return len(self.standin.asked)


MakeTarget = Callable[[Standin, Send], Target]
MakeWorld = Callable[[Standin, Target], World]


@dataclass(frozen=True)
class Case:
    """How to stand in for a provider, make a target at it, and look at what it has."""

    provider: Callable[[], Provider]
    target: MakeTarget
    world: MakeWorld

    @contextmanager
    def standing_in(self) -> Iterator[Callable[[Send], World]]:
        with standing_in(self.provider()) as standin:
            yield lambda send: self.world(standin, self.target(standin, send))


def now() -> int:
    return time.time_ns() // 1_000_000


def aws_api(standin: Standin, send: Send, service: str, clock: Callable[[], int] = now) -> AwsApi:
    prefix = {"secretsmanager": "secretsmanager", "ssm": "AmazonSSM"}[service]
    scope = Scope(aws.REGION, service)
    return AwsApi(Exchange("AWS", send), prefix, scope, standin.url, CREDENTIALS, clock)


def secrets_manager(standin: Standin, send: Send, prefix: str = "shop-") -> AwsSecretsManager:
    return AwsSecretsManager(aws_api(standin, send, "secretsmanager"), MARK, prefix)


def parameter_store(standin: Standin, send: Send, prefix: str = "/shop/") -> AwsParameterStore:
    return AwsParameterStore(aws_api(standin, send, "ssm"), MARK, prefix)


def vault_target(standin: Standin, send: Send) -> Vault:
    return Vault(VaultApi(Exchange("Vault", send), standin.url, "kv", vault.TOKEN), MARK, "shop")


def fly_target(standin: Standin, send: Send) -> Fly:
    return Fly(Exchange("Fly", send), fly.APP, fly.TOKEN, standin.url)


def worker_target(standin: Standin, send: Send) -> WorkerSecrets:
    exchange = Exchange("Cloudflare", send)
    return WorkerSecrets(
        exchange, ACCOUNT, worker_secrets.SCRIPT, worker_secrets.TOKEN, standin.url
    )


def _value(text: str) -> Value:
    return parse_value(text)


A: Final = parse_name("A")


def _secrets_manager_world(standin: Standin, target: Target) -> World:
    provider = standin.provider
    assert isinstance(provider, aws.Aws)

    def read(name: Name) -> str | None:
        found: Any = provider.moto(
            "GetSecretValue",
            {"SecretId": f"shop-{name}", "VersionStage": "AWSCURRENT"},
        )
        return found.document["SecretString"] if found.status == 200 else None

    def write(name: Name, value: str) -> None:
        provider.moto("CreateSecret", {"Name": f"shop-{name}", "SecretString": value})

    # Of five characters, and so no ids of AWS: of six, as they are.
    refused = [(parse_name("ABCDEF"), None), (parse_name("abc123"), None)]
    return World(standin, target, read, write, refused)


def _parameter_store_world(standin: Standin, target: Target) -> World:
    provider = standin.provider
    assert isinstance(provider, aws.Aws)

    def read(name: Name) -> str | None:
        asked = {"Name": f"/shop/{name}", "WithDecryption": True}
        found: Any = provider.moto("GetParameter", asked)
        return found.document["Parameter"]["Value"] if found.status == 200 else None

    def write(name: Name, value: str) -> None:
        asked = {"Name": f"/shop/{name}", "Value": value, "Type": "SecureString"}
        provider.moto("PutParameter", asked)

    refused = [(A, _value("x" * 4097)), (A, _value("é" * 2049)), (A, _value("{{x}}"))]
    return World(standin, target, read, write, refused)


def _vault_world(standin: Standin, target: Target) -> World:
    provider = standin.provider
    assert isinstance(provider, vault.Vault)
    kv = provider.kv

    def read(name: Name) -> str | None:
        found = kv.entries.get(f"shop/{name}")
        kept = found.versions[found.current].data if found and found.current else None
        return kept["value"] if kept else None

    def write(name: Name, value: str) -> None:
        kv.write(f"shop/{name}", {"value": value})

    return World(standin, target, read, write, [(A, Value("a\0b"))])


def _fly_world(standin: Standin, target: Target) -> World:
    provider = standin.provider
    assert isinstance(provider, fly.Fly)
    refused = [(parse_name("FLY_REGION"), None), (A, Value("a\0b"))]
    return World(
        standin,
        target,
        provider.secrets.get,
        provider.secrets.__setitem__,
        refused,
        keeps_marks=False,
    )


def _worker_world(standin: Standin, target: Target) -> World:
    provider = standin.provider
    assert isinstance(provider, worker_secrets.WorkerSecrets)
    return World(
        standin,
        target,
        provider.secrets.get,
        provider.secrets.__setitem__,
        [(parse_name("MASTER_KEYS"), None), (A, _value("x" * 5121)), (A, _value("é" * 2561))],
        keeps_marks=False,
    )


CASES: Final = {
    "aws-secrets-manager": Case(aws.Aws, secrets_manager, _secrets_manager_world),
    "aws-parameter-store": Case(aws.Aws, parameter_store, _parameter_store_world),
    "vault": Case(vault.Vault, vault_target, _vault_world),
    "fly": Case(fly.Fly, fly_target, _fly_world),
    "worker-secrets": Case(worker_secrets.WorkerSecrets, worker_target, _worker_world),
}
