"""What px presents to AWS and Vault: from one place, never mixed, and never given to a child."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

import pytest

from px.cloudflare.environment import wrangler_environment
from px.cloudflare.wrangler import credentials
from px.errors import Refused, Usage
from px.local import pip
from px.project.env_deploy import read_settings
from px.project.provider_access import AwsAccess, VaultAccess, aws_access, vault_access
from px.project.workspace import Workspace
from px.tools import npm

CANARY: Final = "canary-31337"
LINES: Final = {
    "CLOUDFLARE_API_TOKEN": "cloudflare",
    "AWS_REGION": "eu-central-1",
    "AWS_ACCESS_KEY_ID": f"{CANARY}-id",
    "AWS_SECRET_ACCESS_KEY": f"{CANARY}-key",
    "AWS_SESSION_TOKEN": f"{CANARY}-session",
    "FLY_API_TOKEN": f"{CANARY}-fly",
    "VAULT_ADDR": "https://vault.example",
    "VAULT_TOKEN": f"{CANARY}-vault",
    "VAULT_NAMESPACE": "team",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """With a `.env.deploy`."""
    return deploy_file(tmp_path, LINES)


def deploy_file(folder: Path, lines: Mapping[str, str], mode: int = 0o600) -> Path:
    path = folder / ".env.deploy"
    path.write_text("".join(f"{name}={text}\n" for name, text in lines.items()))
    path.chmod(mode)
    return folder


def test_the_file_is_used_when_the_environment_says_nothing(folder: Path) -> None:
    """All of it; its secrets are in no representation."""
    cloud, kv = aws_access({}, folder), vault_access({}, folder)

    assert (cloud.region, len(cloud.keys)) == ("eu-central-1", 3)
    assert kv == VaultAccess(
        "https://vault.example", f"{CANARY}-vault", "team", "VAULT_ADDR in .env.deploy"
    )
    assert CANARY not in repr((cloud, kv))


@pytest.mark.parametrize(
    "name", ["AWS_ACCESS_KEY_ID", "AWS_PROFILE", "AWS_ROLE_ARN", "AWS_SESSION_TOKEN"]
)
def test_credentials_of_aws_are_not_mixed(folder: Path, name: str) -> None:
    """With one of them in the environment botocore's chain decides; a region may be the file's."""
    assert aws_access({name: "x"}, folder) == AwsAccess("eu-central-1")
    assert aws_access({"AWS_DEFAULT_REGION": "us-east-1"}, folder).region == "us-east-1"


def test_keys_of_aws_go_only_where_their_own_place_says(tmp_path: Path) -> None:
    """The file's to the file's address, or else to AWS; and nothing of the environment there."""
    address = {"AWS_ENDPOINT_URL": "https://elsewhere.example"}
    keys = {"AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b"}

    deploy_file(tmp_path, keys)
    assert aws_access(address, tmp_path).endpoint == ""
    deploy_file(tmp_path, keys | address)
    assert aws_access({}, tmp_path).endpoint == "https://elsewhere.example"
    assert aws_access(keys, tmp_path).endpoint is None
    deploy_file(tmp_path, address)
    assert aws_access({}, tmp_path).endpoint is None


@pytest.mark.parametrize("name", ["VAULT_ADDR", "VAULT_TOKEN", "VAULT_NAMESPACE"])
def test_a_token_of_vault_goes_only_where_its_own_place_says(folder: Path, name: str) -> None:
    """One of them in the environment, and nothing of the file is used."""
    with pytest.raises(Usage, match=r"VAULT_(ADDR|TOKEN) is not set") as caught:
        vault_access({name: "https://elsewhere.example"}, folder)

    assert CANARY not in str(caught.value.message) + caught.value.hint


def test_what_vault_login_keeps(tmp_path: Path) -> None:
    """For the address of the environment alone, and only if nobody else can read it."""
    home = {"HOME": str(tmp_path)}
    (tmp_path / ".vault-token").write_text("hvs.login")
    (tmp_path / ".vault-token").chmod(0o644)
    deploy_file(tmp_path, {"VAULT_ADDR": "https://vault.example"})

    with pytest.raises(Usage, match="other users can read it"):
        vault_access({"VAULT_ADDR": "https://a.example", **home}, tmp_path)
    (tmp_path / ".vault-token").chmod(0o600)
    assert vault_access({"VAULT_ADDR": "https://a.example", **home}, tmp_path).token == "hvs.login"
    with pytest.raises(Usage, match="VAULT_TOKEN is not set in"):
        vault_access(home, tmp_path)


def test_half_a_key_is_refused(tmp_path: Path) -> None:
    """Before anything is asked."""
    deploy_file(tmp_path, {"AWS_ACCESS_KEY_ID": "a"})

    with pytest.raises(Usage, match="sets only one of"):
        aws_access({}, tmp_path)


@pytest.mark.parametrize("mode", [0o644, 0o640])
def test_a_file_that_others_can_read_is_not_used(tmp_path: Path, mode: int) -> None:
    """As for `px deploy`."""
    deploy_file(tmp_path, LINES, mode)

    for access in (aws_access, vault_access):
        with pytest.raises(Refused, match="other users of this machine can read"):
            access({}, tmp_path)


def wranglers(outer: Mapping[str, str], folder: Path) -> dict[str, str]:
    """As the process that changes a deployed Worker gets it."""
    file = read_settings(folder / ".env.deploy")
    return wrangler_environment(Workspace(folder), outer) | credentials(outer, file)


CHILDREN: Final[dict[str, Callable[[Mapping[str, str], Path], dict[str, str]]]] = {
    "wrangler": wranglers,
    "pip": lambda outer, _: pip.environment(outer=outer),
    "npm": lambda outer, _: npm.environment(outer),
}


@pytest.mark.parametrize("child", CHILDREN)
def test_no_child_gets_a_line_of_it(folder: Path, child: str) -> None:
    """Neither from the file nor from px's own environment: the child prints what it has."""
    outer = {"PATH": "/usr/bin:/bin", **LINES}
    aws_access({}, folder)
    vault_access({}, folder)

    printed = subprocess.run(
        ["env"], env=CHILDREN[child](outer, folder), capture_output=True, check=True, text=True
    ).stdout

    assert "PATH=" in printed
    assert CANARY not in printed
