"""Which source an argument names: `-`, `vault:...`, `aws-secrets-manager:...`, or a file."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from px.errors import Usage
from px.sources.file import FileSource
from px.sources.source import SecretSource, SourceOptions
from px.sources.stdin import STDIN, StdinSource

if TYPE_CHECKING:
    from px.files.assignments import Reading

VAULT: Final = "vault:"
AWS: Final = "aws-secrets-manager:"


def read_all(arguments: Sequence[str], options: SourceOptions) -> list[Reading]:
    """Every source's items, unchecked. Raises PxError."""
    if len([one for one in arguments if one == STDIN]) > 1:
        raise Usage("stdin can only be given once")
    if options.json_keys and not any(one.startswith(AWS) for one in arguments):
        raise Usage(f"--json-keys is for secrets of {AWS}PREFIX/")
    sources = [_source(one, options) for one in arguments]
    return [source.read(number, len(sources)) for number, source in enumerate(sources, 1)]


def _source(argument: str, options: SourceOptions) -> SecretSource:
    if argument == STDIN:
        return StdinSource(options)
    if argument.startswith(VAULT):
        from px.sources.vault import VaultSource

        return VaultSource(argument.removeprefix(VAULT))
    if argument.startswith(AWS):
        from px.sources.aws_secrets_manager import AwsSecretsManagerSource

        return AwsSecretsManagerSource(argument.removeprefix(AWS), json_keys=options.json_keys)
    return FileSource(argument, options)
