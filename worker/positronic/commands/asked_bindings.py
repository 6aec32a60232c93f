"""What a Worker reads over a binding, as the ledger of its project answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from positronic.commands.asked_secrets import sealed_secrets
from positronic.commands.asking import Asking
from positronic.commands.binding_commands import READ, Narrow
from positronic.names import Name
from positronic.ports import Values
from positronic.secrets.sealer import SealedSecret


class LedgerBinding:
    """For one app: `ask` vouches for it. `narrow`: what its props allow; None: they name nothing.

    There is no copy to fall back on: only the ledger knows what is granted. LedgerUnreachable.
    """

    def __init__(self, ask: Asking, values: Values, narrow: Narrow) -> None:
        self._ask = ask
        self._values = values
        self._narrow = None if narrow is None else list(narrow)

    async def get(self, names: Sequence[Name]) -> Mapping[Name, SealedSecret]:
        """Unopened, after this was recorded; a missing name is missing.

        All names must be granted. Raises NotGranted, SecretExpired, InvalidRequest.
        """
        found = await self._ask(READ, names=list(names), narrow=self._narrow)
        return sealed_secrets(self._values, found)

    async def exists(self, name: Name) -> bool:
        """Whether `get` would give it; not a read. Raises NotGranted."""
        return bool(await self._ask("binding.exists", name=name, narrow=self._narrow))

    async def names(self) -> Sequence[Name]:
        """Of the secrets that there are and that it may read, sorted. Raises NotGranted."""
        found: Sequence[Name] = await self._ask("binding.names", narrow=self._narrow)
        return found

    async def refuse(self) -> None:
        """Raises NoProps, once it is recorded in the project that `ask` is for."""
        await self._ask("binding.refuse")
