"""`px serve --values`: the ledger has ids, and the provider has the values."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import httpx
import pytest

from support.hosting import Hosted, hosted, init
from support.providers.aws import KEY_ID, SECRET_KEY, RunningAws, running_aws
from support.providers.vault import TOKEN, Vault, vault
from support.px_process import CANARY, Px

SECRETS: Final = (CANARY, SECRET_KEY, KEY_ID, TOKEN)


@dataclass(frozen=True)
class Kept:
    """A provider as a test looks at it. `texts`: what is there, by name."""

    option: str
    environment: Mapping[str, str]
    texts: Callable[[], dict[str, str]]
    fail: Callable[[], None]


def in_secrets_manager(cloud: RunningAws) -> Kept:
    client = cloud.client("secretsmanager")

    def texts() -> dict[str, str]:
        names = [one["Name"] for one in client.list_secrets()["SecretList"]]
        return {name: client.get_secret_value(SecretId=name)["SecretString"] for name in names}

    def fail() -> None:
        cloud.aws.refused["CreateSecret"] = "AccessDeniedException"

    return Kept("aws-secrets-manager", cloud.environment, texts, fail)


def in_parameter_store(cloud: RunningAws) -> Kept:
    client = cloud.client("ssm")

    def texts() -> dict[str, str]:
        names = [one["Name"] for one in client.describe_parameters()["Parameters"]]
        found = [client.get_parameter(Name=name, WithDecryption=True) for name in names]
        return {one["Parameter"]["Name"]: one["Parameter"]["Value"] for one in found}

    def fail() -> None:
        cloud.aws.refused["PutParameter"] = "AccessDeniedException"

    return Kept("aws-parameter-store", cloud.environment, texts, fail)


def in_vault(server: Vault) -> Kept:
    def texts() -> dict[str, str]:
        return {path: one.read(0)["data"]["value"] for path, one in server.kv.entries.items()}

    def fail() -> None:
        server.denied.add(("POST", "kv/data/"))

    return Kept("vault:kv/px", server.environment, texts, fail)


@pytest.fixture(params=["aws-secrets-manager", "aws-parameter-store", "vault"])
def kept(request: pytest.FixtureRequest) -> Iterator[Kept]:
    """A provider with nothing in it."""
    if request.param == "vault":
        with vault() as server:
            yield in_vault(server)
        return
    with running_aws() as cloud:
        is_secrets = request.param == "aws-secrets-manager"
        yield in_secrets_manager(cloud) if is_secrets else in_parameter_store(cloud)


@pytest.fixture
def host(tmp_path: Path, kept: Kept) -> Iterator[Hosted]:
    with hosted(tmp_path, "--values", kept.option, environment=kept.environment) as running:
        yield running


def px_of(host: Hosted, folder: Path) -> Px:
    return Px(folder, host.environment)


def test_values_are_at_the_provider(tmp_path: Path, kept: Kept, host: Hosted) -> None:
    """Each version as a text of its own; neither it nor a credential is in a file of the host."""
    px = px_of(host, tmp_path)
    for value in (f"{CANARY}-1", f"{CANARY}-2"):
        px.run("secret", "create", "A", "--stdin", stdin=value.encode())
    done = px.run("secret", "exists", "A")
    host.stop()

    found = kept.texts()
    assert done.returncode == 0, done.stderr
    assert sorted(found.values()) == [f"{CANARY}-1", f"{CANARY}-2"]
    assert all("/default/A/" in name for name in found)
    files = [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()]
    assert not [text for text in SECRETS if any(text.encode() in data for data in files)]


def test_a_refusal_of_the_provider_leaves_nothing(tmp_path: Path, kept: Kept, host: Hosted) -> None:
    """502 with the reason by its code; no secret, no event, no value over there."""
    kept.fail()
    px = px_of(host, tmp_path)
    done = px.run("secret", "create", "A", "--value", CANARY)

    assert done.returncode == 5
    assert CANARY not in done.stderr
    assert px.run("secret", "exists", "A").returncode == 1
    assert kept.texts() == {}


def test_a_folder_stays_with_its_provider(tmp_path: Path, kept: Kept, host: Hosted) -> None:
    """It starts again without the option; another provider is refused, and nothing was started."""
    px_of(host, tmp_path).run("secret", "create", "A", "--value", CANARY)
    host.stop()
    other = "vault:other/px" if kept.option != "vault:other/px" else "aws-secrets-manager"
    done = Px(tmp_path).run("serve", "--port", "0", "--values", other, "--json")

    assert (done.returncode, json.loads(done.stderr)["code"]) == (1, "values_elsewhere")
    with hosted(tmp_path, environment=kept.environment) as again:
        assert px_of(again, tmp_path).run("secret", "exists", "A").returncode == 0


def test_a_folder_with_ledgers_stays_as_it_is(tmp_path: Path) -> None:
    """What is in them could not be found at a provider."""
    with hosted(tmp_path) as host:
        px_of(host, tmp_path).run("secret", "create", "A", "--value", "x")
    done = Px(tmp_path).run("serve", "--port", "0", "--values", "vault:kv/px", "--json")

    assert (done.returncode, json.loads(done.stderr)["code"]) == (1, "values_elsewhere")
    assert not (tmp_path / "px-data" / "values.json").exists()


@pytest.mark.parametrize(
    ("option", "words"),
    [
        ("elsewhere", "--values expects aws-secrets-manager, aws-parameter-store, vault"),
        ("vault:kv", "--values vault:MOUNT/PATH has"),
        ("aws-parameter-store:aws/x", "--values aws-parameter-store:PREFIX has"),
        ("vault:kv/../sys", "--values vault:MOUNT/PATH has"),
    ],
)
def test_what_is_no_provider(tmp_path: Path, option: str, words: str) -> None:
    """A sentence each."""
    init(tmp_path)
    done = Px(tmp_path).run("serve", "--port", "0", "--values", option)

    assert done.returncode == 2
    assert words in done.stderr


@pytest.mark.parametrize("value", ["x" * 4_097, "a {{x}} b"])
def test_what_parameter_store_cannot_take(tmp_path: Path, value: str) -> None:
    """One of a bulk: 400 with a sentence that names it, and nothing of the bulk is anywhere."""
    with running_aws() as cloud:
        kept = in_parameter_store(cloud)
        with hosted(tmp_path, "--values", kept.option, environment=kept.environment) as host:
            answer = httpx.post(
                f"{host.url}/secrets/bulk",
                headers={"Authorization": f"Bearer {host.token}"},
                json={"secrets": [{"name": "A", "value": "x"}, {"name": "B", "value": value}]},
                timeout=30,
                trust_env=False,
            )
            names = px_of(host, tmp_path).run("secret", "list").stdout
        texts = kept.texts()

    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_value")
    assert "the value of B" in answer.json()["error"]
    assert "AWS Parameter Store" in answer.json()["error"]
    assert (names, texts) == ("", {})


def test_the_contract_is_kept(tmp_path: Path, host: Hosted) -> None:
    """Its core; `make test-providers` tries all of it."""
    done = px_of(host, tmp_path).run("spec", host.url, "--level", "seed")

    assert done.returncode == 0, done.stdout
