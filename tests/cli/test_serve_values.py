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
    deny: Callable[[], None]
    lose: Callable[[], None]


def in_secrets_manager(cloud: RunningAws) -> Kept:
    client = cloud.client("secretsmanager")

    def texts() -> dict[str, str]:
        names = [one["Name"] for one in client.list_secrets()["SecretList"]]
        return {name: client.get_secret_value(SecretId=name)["SecretString"] for name in names}

    def fail() -> None:
        cloud.aws.refused["CreateSecret"] = "AccessDeniedException"

    def deny() -> None:
        cloud.aws.refused["GetSecretValue"] = "AccessDeniedException"

    def lose() -> None:
        for name in texts():
            client.delete_secret(SecretId=name, ForceDeleteWithoutRecovery=True)

    return Kept("aws-secrets-manager", cloud.environment, texts, fail, deny, lose)


def in_parameter_store(cloud: RunningAws) -> Kept:
    client = cloud.client("ssm")

    def texts() -> dict[str, str]:
        names = [one["Name"] for one in client.describe_parameters()["Parameters"]]
        found = [client.get_parameter(Name=name, WithDecryption=True) for name in names]
        return {one["Parameter"]["Name"]: one["Parameter"]["Value"] for one in found}

    def fail() -> None:
        cloud.aws.refused["PutParameter"] = "AccessDeniedException"

    def deny() -> None:
        cloud.aws.refused["GetParameter"] = "AccessDeniedException"

    def lose() -> None:
        for name in texts():
            client.delete_parameter(Name=name)

    return Kept("aws-parameter-store", cloud.environment, texts, fail, deny, lose)


def in_vault(server: Vault) -> Kept:
    def texts() -> dict[str, str]:
        return {path: one.read(0)["data"]["value"] for path, one in server.kv.entries.items()}

    def fail() -> None:
        server.denied.add(("POST", "kv/data/"))

    def deny() -> None:
        server.denied.add(("GET", "kv/data/"))

    return Kept("vault:kv/px", server.environment, texts, fail, deny, server.kv.entries.clear)


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


def test_what_may_not_be_read_back_is_stored(tmp_path: Path, kept: Kept, host: Hosted) -> None:
    """A host that may only write: true with a warning, and px doctor does not say that it opens."""
    kept.deny()
    px = px_of(host, tmp_path)
    px.run("secret", "create", "A", "--value", CANARY)
    done = px.run("secret", "exists", "A")
    document = json.loads(px.run("secret", "exists", "A", "--json").stdout)
    missing = px.run("secret", "exists", "NONE")
    found = json.loads(px.run("doctor", "--json").stdout)["checks"]
    [records] = [one for one in found if one["check"] == "records"]

    assert (done.returncode, done.stdout) == (0, "true\n")
    assert done.stderr == "warning: A is stored; the server does not say whether it opens\n"
    assert document == {"name": "A", "exists": True}
    assert (missing.returncode, missing.stdout, missing.stderr) == (1, "false\n", "")
    assert records["status"] == "skip"
    assert "of 1 the server does not say whether they open" in records["message"]


def test_what_is_gone_at_the_provider_is_not_missing(
    tmp_path: Path, kept: Kept, host: Hosted
) -> None:
    """A value that somebody deleted there: an error that names it, and never `false`."""
    px = px_of(host, tmp_path)
    px.run("secret", "create", "A", "--value", CANARY)
    opened = json.loads(px.run("secret", "exists", "A", "--json").stdout)
    kept.lose()
    done = px.run("secret", "exists", "A", "--json")

    assert opened == {"name": "A", "exists": True, "opens": True}
    assert (done.returncode, json.loads(done.stderr)["code"]) == (5, "corrupt_record")
    assert done.stdout == ""


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
