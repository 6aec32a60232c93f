"""`px serve` with its values at each provider, for `px spec`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Final

from support.hosting import Hosted, hosted
from support.providers.aws import running_aws
from support.providers.vault import vault

Start = Callable[[Path], AbstractContextManager[Hosted]]


def at_aws(option: str) -> Start:
    @contextmanager
    def start(folder: Path) -> Iterator[Hosted]:
        with (
            running_aws() as cloud,
            hosted(folder, "--values", option, environment=cloud.environment) as host,
        ):
            yield host

    return start


@contextmanager
def at_vault(folder: Path) -> Iterator[Hosted]:
    with (
        vault() as server,
        hosted(folder, "--values", "vault:kv/px", environment=server.environment) as host,
    ):
        yield host


STARTS: Final[dict[str, Start]] = {
    "aws-secrets-manager": at_aws("aws-secrets-manager"),
    "aws-parameter-store": at_aws("aws-parameter-store"),
    "vault": at_vault,
}
