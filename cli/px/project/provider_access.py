"""What px presents to AWS and to Vault: the environment's, or else that of `.env.deploy`.

Credentials and the address that they are sent to are taken together, from one of the two: what is
in the one never goes where the other says. Nothing of the file is put into px's own environment, so
that no child process gets it.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from px.errors import Usage
from px.project import private_files
from px.project.env_deploy import DeployFile
from px.project.environment import chosen
from px.project.workspace import Workspace

_AWS: Final = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")
# Where else AWS's own chain would find credentials that the environment names.
_AWS_OTHERS: Final = (
    *("AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_ROLE_ARN", "AWS_WEB_IDENTITY_TOKEN_FILE"),
    *("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_CONTAINER_CREDENTIALS_FULL_URI"),
)
_AWS_ENDPOINT: Final = "AWS_ENDPOINT_URL"
_REGIONS: Final = ("AWS_REGION", "AWS_DEFAULT_REGION")
_VAULT: Final = ("VAULT_ADDR", "VAULT_TOKEN", "VAULT_NAMESPACE")
_VAULT_TOKEN_FILE: Final = ".vault-token"  # noqa: S105 - where `vault login` keeps it


@dataclass(frozen=True, slots=True)
class AwsAccess:
    """`keys`: botocore's own arguments; empty: its chain finds the credentials.

    `endpoint`: the one that they are for, empty: AWS's own; None: what AWS's own settings name.
    """

    region: str | None
    keys: Mapping[str, str] = field(default_factory=dict, repr=False)
    endpoint: str | None = None


@dataclass(frozen=True, slots=True)
class VaultAccess:
    """`address_by`: what named the address."""

    address: str
    token: str = field(repr=False)
    namespace: str
    address_by: str


def aws_access(environ: Mapping[str, str], folder: Path) -> AwsAccess:
    """Raises Usage, Refused for a file that others could read or write."""
    name, file = _deploy_file(environ, folder)
    region = _first(environ, _REGIONS) or _first(file, _REGIONS)
    if _first(environ, (*_AWS, *_AWS_OTHERS)):
        return AwsAccess(region)
    found = {name.lower(): text for name in _AWS if (text := file.get(name, "").strip())}
    if found and not {"aws_access_key_id", "aws_secret_access_key"} <= found.keys():
        raise Usage(
            f"{name} sets only one of AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY; set both"
        )
    endpoint = file.get(_AWS_ENDPOINT, "").strip() if found else None
    return AwsAccess(region, found, endpoint)


def aws_of_environment(environ: Mapping[str, str]) -> AwsAccess:
    """The same for a host, which reads no `.env.deploy`."""
    found = {name.lower(): text for name in _AWS if (text := environ.get(name, "").strip())}
    return AwsAccess(_first(environ, _REGIONS), found)


def vault_access(environ: Mapping[str, str], folder: Path) -> VaultAccess:
    """Raises Usage, Refused for a file that others could read or write."""
    name, found = _deploy_file(environ, folder)
    if not _first(environ, _VAULT):
        return vault_of(found, name)
    token = "" if _first(environ, ("VAULT_TOKEN",)) else _token_of_login(environ)
    return vault_of({**environ, **({"VAULT_TOKEN": token} if token else {})}, "the environment")


def vault_of(found: Mapping[str, str], source: str) -> VaultAccess:
    """Of one place alone. Raises Usage."""
    address, token, namespace = (found.get(name, "").strip() for name in _VAULT)
    if not address:
        raise Usage(
            "px does not know which Vault: VAULT_ADDR is not set",
            hint="set it, with VAULT_TOKEN, in the environment; `px secret import` also looks in "
            ".env.deploy",
        )
    if not token:
        raise Usage(
            f"px has no token for Vault: VAULT_TOKEN is not set in {source}",
            hint="px sends a token only to the address that is set with it; `vault login` keeps "
            "one for VAULT_ADDR of the environment",
        )
    return VaultAccess(address, _sendable(token), _sendable(namespace), f"VAULT_ADDR in {source}")


def _deploy_file(environ: Mapping[str, str], folder: Path) -> tuple[str, Mapping[str, str]]:
    """Its name and its lines."""
    file = DeployFile(folder, Workspace(folder, chosen(environ)))
    return file.name, file.read()


def _token_of_login(environ: Mapping[str, str]) -> str:
    """What `vault login` has kept; empty without. Raises Usage for a file that others may open."""
    home = environ.get("HOME", "")
    path = Path(home, _VAULT_TOKEN_FILE)
    if not home or not os.path.lexists(path):
        return ""
    data = private_files.read(path)
    if private_files.is_exposed(path):
        raise Usage(
            "px does not use ~/.vault-token: other users can read it",
            code="untrusted_file",
            hint="chmod 600 ~/.vault-token",
        )
    return data.decode("ascii", "replace").strip()


def _sendable(text: str) -> str:
    """As a header may have it. Raises Usage."""
    if text and not (text.isascii() and text.isprintable() and " " not in text):
        raise Usage("VAULT_TOKEN or VAULT_NAMESPACE contains a character that cannot be sent")
    return text


def _first(found: Mapping[str, str], names: tuple[str, ...]) -> str | None:
    return next((text for name in names if (text := found.get(name, "").strip())), None)
