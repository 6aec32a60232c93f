"""`px serve --values PROVIDER[:PATH]`: which provider has a host's values, and where there."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, MutableMapping
from typing import Final, NamedTuple

from positronic.names import Project
from positronic.ports import Clock, RandomBytes, Values
from px.errors import Usage
from px.project.provider_access import AwsAccess, VaultAccess, aws_of_environment, vault_of
from px.values.object_store import ObjectStore, ValueLimits
from px.values.provider_values import ProviderValues

AWS_SECRETS: Final = "aws-secrets-manager"
AWS_PARAMETERS: Final = "aws-parameter-store"
VAULT: Final = "vault"
PATHS: Final = {
    AWS_SECRETS: "positronic-secrets",
    AWS_PARAMETERS: "positronic-secrets",
    VAULT: "secret/positronic-secrets",
}
# What only its client has from now on, so that no brain finds it in the environment.
_TAKEN: Final = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "VAULT_TOKEN")
_PATH: Final = re.compile(r"(?!aws|ssm)[A-Za-z0-9_][A-Za-z0-9_-]{0,30}(/[A-Za-z0-9_-]{1,31}){0,3}")

Make = Callable[[str, str], tuple[ObjectStore, ValueLimits]]  # of a host and a project


class Provider(NamedTuple):
    """`path`: below it is all that is ours; of Vault, the mount first."""

    name: str
    path: str

    def __str__(self) -> str:
        return f"{self.name}:{self.path}"


def parse_provider(text: str) -> Provider:
    """Raises Usage."""
    name, colon, given = text.partition(":")
    if name not in PATHS:
        raise Usage(f"--values expects {', '.join(PATHS)}, with a path after a colon if you like")
    path = given if colon else PATHS[name]
    if not _PATH.fullmatch(path) or (name == VAULT and "/" not in path):
        form = "MOUNT/PATH" if name == VAULT else "PREFIX"
        raise Usage(f"--values {name}:{form} has letters, digits, _ and - between up to 3 slashes")
    return Provider(name, path)


def open_values(
    provider: Provider,
    host: str,
    environ: MutableMapping[str, str],
    clock: Clock,
    random: RandomBytes,
) -> Callable[[Project], Values]:
    """Each project's Values, over one client. Raises Usage without its settings.

    Credentials are taken out of `environ`.
    """
    given = dict(environ)
    for name in _TAKEN:
        environ.pop(name, None)
    make = object_stores(provider, given)

    def values(project: Project) -> Values:
        store, limits = make(host, project)
        return ProviderValues(project, store, limits, clock, random)

    return values


def object_stores(provider: Provider, environ: Mapping[str, str]) -> Make:
    """Over one client. Raises Usage without its settings."""
    if provider.name == VAULT:
        return _in_vault(vault_of(environ, "the environment"), provider.path)
    access = aws_of_environment(environ)
    if provider.name == AWS_SECRETS:
        return _in_secrets_manager(access, provider.path)
    return _in_parameter_store(access, provider.path)


def _in_vault(access: VaultAccess, path: str) -> Make:
    from px.values.vault import LIMITS, VaultObjects
    from px.vault.kv import VaultKv

    mount, _, below = path.partition("/")
    kv = VaultKv(access, mount)
    return lambda host, project: (VaultObjects(kv, below, host, project), LIMITS)


def _in_secrets_manager(access: AwsAccess, path: str) -> Make:
    from px.aws.client import open_client
    from px.values.aws_secrets_manager import LIMITS, AwsSecretObjects

    client = open_client("secretsmanager", access)
    return lambda host, project: (AwsSecretObjects(client, path, host, project), LIMITS)


def _in_parameter_store(access: AwsAccess, path: str) -> Make:
    from px.aws.client import open_client
    from px.values.aws_parameter_store import LIMITS, AwsParameterObjects

    client = open_client("ssm", access)
    return lambda host, project: (AwsParameterObjects(client, path, host, project), LIMITS)
