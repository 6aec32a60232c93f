"""`px secret import` from Vault and AWS, as a process."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from px.testing.dev_server import TestDevServer
from support.providers.aws import RunningAws, running_aws
from support.providers.vault import Vault, vault
from support.px_process import CANARY, Px
from support.schemas import conforms


@pytest.fixture
def kv() -> Iterator[Vault]:
    """A Vault with two secrets, and a folder in the folder."""
    with vault() as running:
        running.kv.write("shop", {"DATABASE_URL": CANARY, "PORT": "5432"})
        running.kv.write("all/A", {"value": f"{CANARY}-a"})
        running.kv.write("all/B", {"value": f"{CANARY}-b"})
        running.kv.write("all/deeper/C", {"value": "c"})
        yield running


@pytest.fixture
def cloud() -> Iterator[RunningAws]:
    """AWS, with nothing in it."""
    with running_aws() as empty:
        yield empty


def put(cloud: RunningAws, **secrets: str) -> Any:  # noqa: ANN401 - botocore has no types
    client = cloud.client("secretsmanager")
    for name, text in secrets.items():
        client.create_secret(Name=name, SecretString=text)
    return client


def test_a_secret_of_vault(px: Px, server: TestDevServer, kv: Vault) -> None:
    """Its fields become secrets; a dry run sends nothing to the server."""
    dry = px.run("secret", "import", "vault:kv/shop", "--dry-run", environment=kv.environment)
    before = server.values()
    done = px.run("secret", "import", "vault:kv/shop", environment=kv.environment)

    assert (dry.stdout, before) == ("create\tDATABASE_URL\ncreate\tPORT\n", {})
    assert (done.returncode, done.stdout) == (0, "")
    assert server.values() == {"DATABASE_URL": CANARY, "PORT": "5432"}
    assert CANARY not in done.stderr + dry.stderr


def test_a_folder_of_vault(px: Px, server: TestDevServer, kv: Vault) -> None:
    """Each secret's one field `value`; what is deeper is left out, and said."""
    done = px.run("secret", "import", "vault:kv/all/", environment=kv.environment)
    again = px.run("secret", "import", "vault:kv/all/", "--json", environment=kv.environment)

    assert server.values() == {"A": f"{CANARY}-a", "B": f"{CANARY}-b"}
    assert "warning: deeper/: is in a deeper folder: left out" in done.stderr
    assert json.loads(again.stdout)["leftOut"] == ["deeper/"]
    conforms("secret import", json.loads(again.stdout))


def test_a_vault_that_is_not_reached_is_named(px: Px) -> None:
    """With where its address comes from, which is none of the Worker's."""
    with vault() as gone:
        environment = gone.environment
    done = px.run("secret", "import", "vault:kv/shop", environment=environment)

    assert done.returncode == 3
    assert f"Vault could not be reached at {environment['VAULT_ADDR']}: " in done.stderr
    assert "hint: its address is VAULT_ADDR in the environment\n" in done.stderr


def test_what_is_ambiguous_in_vault_is_refused_by_name(
    px: Px, server: TestDevServer, kv: Vault
) -> None:
    """All problems at once, and nothing was sent."""
    kv.kv.write("all/pair", {"user": CANARY, "password": CANARY})
    kv.kv.write("all/number", {"value": 5})
    kv.kv.write("all/no-name", {"value": "x"})

    done = px.run("secret", "import", "vault:kv/all/", environment=kv.environment)

    assert (done.returncode, server.calls) == (2, [])
    assert "the import has 3 problems" in done.stderr
    assert "  pair: has not just the field `value`" in done.stderr
    assert "  number: has a value that is not a text" in done.stderr
    assert "  no-name: " in done.stderr
    assert CANARY not in done.stderr


@pytest.mark.parametrize(
    ("statuses", "source", "code", "words"),
    [
        ([], "vault:kv/none", 1, "there is no secret at vault:kv/none"),
        ([], "vault:other/x", 5, "other is not a KV engine of version 2 there"),
        ([503], "vault:kv/shop", 5, "it is sealed or in maintenance"),
        ([307], "vault:kv/shop", 5, "it is a standby"),
        ([], "vault:kv", 2, "a source in Vault is vault:MOUNT/PATH"),
        ([], "vault:kv/../sys", 2, "a source in Vault is vault:MOUNT/PATH"),
    ],
)
def test_what_vault_cannot_answer(
    px: Px, kv: Vault, statuses: list[int], source: str, code: int, words: str
) -> None:
    """A sentence each, without the token."""
    kv.failures += statuses

    done = px.run("secret", "import", source, environment=kv.environment)

    assert (done.returncode, done.stdout) == (code, "")
    assert words in done.stderr
    assert kv.token not in done.stderr


def test_a_token_of_vault_that_may_not(px: Px, kv: Vault) -> None:
    """Exit code 4, with the path, and where the policy is."""
    kv.denied.add(("GET", "kv/data/"))

    done = px.run("secret", "import", "vault:kv/shop", environment=kv.environment)

    assert done.returncode == 4
    assert "Vault's token does not allow to read kv/data/shop" in done.stderr


def test_a_prefix_of_aws(px: Px, server: TestDevServer, cloud: RunningAws) -> None:
    """Without the prefix; more than one batch; deeper and scheduled ones are left out, and said."""
    texts = {f"shop/N{number:02}": f"{CANARY}-{number}" for number in range(25)}
    client = put(cloud, **texts, **{"shopping": "x", "shop/old": "x", "shop/a/b": "x"})
    client.delete_secret(SecretId="shop/old", RecoveryWindowInDays=7)

    done = px.run("secret", "import", "aws-secrets-manager:shop/", environment=cloud.environment)

    assert (done.returncode, done.stdout) == (0, "")
    assert server.values() == {name.removeprefix("shop/"): text for name, text in texts.items()}
    assert "warning: old: is scheduled for deletion: left out" in done.stderr
    assert "warning: a/b: is in a deeper folder: left out" in done.stderr
    assert cloud.actions().count("BatchGetSecretValue") == 2
    assert "GetSecretValue" not in cloud.actions()


def test_one_secret_of_aws(px: Px, server: TestDevServer, cloud: RunningAws) -> None:
    """By what is after its last slash; its text as it is, or a secret a key."""
    put(cloud, **{"shop/KEYS": f'{{"A": "{CANARY}", "B": "2"}}'})
    one = ("secret", "import", "aws-secrets-manager:shop/KEYS")
    px.run(*one, environment=cloud.environment)
    px.run(*one, "--json-keys", environment=cloud.environment)

    assert server.values() == {"KEYS": f'{{"A": "{CANARY}", "B": "2"}}', "A": CANARY, "B": "2"}


def test_credentials_that_may_not_read_many_at_once(
    px: Px, server: TestDevServer, cloud: RunningAws
) -> None:
    """Then one after another."""
    put(cloud, **{"shop/A": CANARY, "shop/B": "2"})
    cloud.aws.refused["BatchGetSecretValue"] = "AccessDeniedException"

    px.run("secret", "import", "aws-secrets-manager:shop/", environment=cloud.environment)

    assert server.values() == {"A": CANARY, "B": "2"}
    assert cloud.actions().count("GetSecretValue") == 2


@pytest.mark.parametrize(
    ("action", "code", "exit_code", "words"),
    [
        ("ListSecrets", "AccessDeniedException", 4, "do not allow secretsmanager:ListSecrets"),
        ("ListSecrets", "UnrecognizedClientException", 4, "AWS does not know this access key"),
        ("ListSecrets", "InvalidSignatureException", 4, "AWS refuses the signature"),
        ("ListSecrets", "InternalServiceError", 5, "answered InternalServiceError"),
        ("ListSecrets", "\x1b[31mx", 5, "answered unknown"),
    ],
)
def test_what_aws_refuses(
    px: Px, cloud: RunningAws, action: str, code: str, exit_code: int, words: str
) -> None:
    """By its code alone: AWS's own words, the access key and its secret are not shown."""
    put(cloud, **{"shop/A": CANARY})
    cloud.aws.refused[action] = code

    done = px.run("secret", "import", "aws-secrets-manager:shop/", environment=cloud.environment)

    assert done.returncode == exit_code
    assert words in done.stderr
    assert not any(one in done.stderr for one in ("said by", "CANARY", "canary", CANARY))


def test_what_is_no_text_in_aws_is_refused_by_name(
    px: Px, server: TestDevServer, cloud: RunningAws
) -> None:
    """With every other problem, and nothing was sent."""
    client = put(cloud, **{"shop/A": "x", "shop/no.name": "x", "shop/EMPTY": " x"})
    client.create_secret(Name="shop/BINARY", SecretBinary=CANARY.encode())

    done = px.run("secret", "import", "aws-secrets-manager:shop/", environment=cloud.environment)

    assert (done.returncode, server.calls) == (2, [])
    assert "  shop/BINARY: is binary, not a text" in done.stderr
    assert "  shop/no.name: " in done.stderr


def test_the_lines_of_the_deploy_file_are_read(
    px: Px, server: TestDevServer, kv: Vault, cloud: RunningAws, tmp_path: Path
) -> None:
    """For both providers; only from a file that nobody else can read."""
    put(cloud, **{"shop/A": CANARY})
    lines = dict(kv.environment) | cloud.environment
    file = tmp_path / ".env.deploy"
    file.write_text("".join(f"{name}={text}\n" for name, text in lines.items()))
    file.chmod(0o644)
    both = ("secret", "import", "vault:kv/shop", "aws-secrets-manager:shop/")
    refused = px.run(*both)
    file.chmod(0o600)
    done = px.run(*both)

    assert (refused.returncode, done.returncode) == (1, 0)
    assert server.values() == {"DATABASE_URL": CANARY, "PORT": "5432", "A": CANARY}


def test_no_region_is_said(px: Px, cloud: RunningAws) -> None:
    """With the variable that is missing."""
    environment = {name: text for name, text in cloud.environment.items() if name != "AWS_REGION"}

    done = px.run("secret", "import", "aws-secrets-manager:shop/", environment=environment)

    assert done.returncode == 2
    assert "hint: set AWS_REGION" in done.stderr


def test_without_botocore_the_command_is_shown(px: Px, tmp_path: Path) -> None:
    """px does without it, and names what would install it, by hash."""
    (tmp_path / "botocore.py").write_text("raise ImportError\n")

    done = px.run(
        "secret",
        "import",
        "aws-secrets-manager:shop/",
        environment={"PYTHONPATH": str(tmp_path)},
    )

    assert done.returncode == 2
    assert "px needs botocore to reach AWS" in done.stderr
    assert "-m pip install --require-hashes --requirement=" in done.stderr
    path = Path(done.stderr.rpartition("--requirement=")[2].strip())
    assert "botocore==" in path.read_text()
