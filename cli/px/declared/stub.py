"""The types by which an editor completes a secret's name, and a checker refuses a misspelt one.

`secret_names.py` is what runs: any name is a `str`. Type checkers read the `.pyi` beside it
instead, in which px lists the names.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Final

from px.project import owner_only
from px.project.file_failures import about

MODULE: Final = "worker/secret_names.py"
STUB: Final = f"{MODULE}i"
_READABLE: Final = 0o644

MODULE_TEXT: Final = '''\
"""The types of this project's secrets. `px secret types` lists their names in the .pyi."""

from positronic import BrainSecrets as Secrets

SecretName = str

__all__ = ["SecretName", "Secrets"]
'''
_STUB_TEXT: Final = '''\
"""Written by `px secret types`: the names of this project's secrets."""

# pyright: reportIncompatibleMethodOverride=false

from collections.abc import Collection
from typing import Literal, TypeVar, overload

from positronic import BrainSecrets

__all__ = ["SecretName", "Secrets"]

T = TypeVar("T")

SecretName = {names}

class Secrets(BrainSecrets):
    @overload  # type: ignore[override]
    async def get(self, name: SecretName) -> str: ...
    @overload
    async def get(self, name: SecretName, default: T) -> str | T: ...
    async def get_many(  # type: ignore[override]
        self, names: Collection[SecretName]
    ) -> dict[str, str]: ...
    async def exists(self, name: SecretName) -> bool: ...  # type: ignore[override]
'''


def stub_text(names: Iterable[str]) -> str:
    """Without a name there is none to check, so any is right."""
    listed = "".join(f'    "{name}",\n' for name in sorted(set(names)))
    return _STUB_TEXT.replace("{names}", f"Literal[\n{listed}]" if listed else "str")


def write_types(root: Path, names: Iterable[str]) -> None:
    """Replaces the stub as a whole; the module only if there is none."""
    module, stub = root / MODULE, root / STUB
    with about(module):
        module.parent.mkdir(exist_ok=True)
    if not module.exists():
        owner_only.replace(module, MODULE_TEXT.encode(), _READABLE)
    owner_only.replace(stub, stub_text(names).encode(), _READABLE)
