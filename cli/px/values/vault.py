"""Values in a KV v2 engine of Vault or OpenBao: one secret each, written where nothing is.

Beside the field `value` stands the mark, so that both come with one write. Deleting removes all
versions and the metadata.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from positronic.errors import StoreFailed
from positronic.secrets.sealer import ReadDenied
from px.errors import NotAllowed, PxError
from px.values.object_store import ValueLimits
from px.vault.kv import VaultKv

# Vault's own limit is about 1 MiB for a request.
LIMITS: Final = ValueLimits("Vault", 65_536)
FIELD: Final = "value"
MARK: Final = "positronic-secrets"


class VaultObjects:
    """Those below `PATH/HOST/PROJECT/` of one engine."""

    def __init__(self, kv: VaultKv, path: str, host: str, project: str) -> None:
        self._kv = kv
        self._host = host
        self._folder = f"{path}/{host}/{project}"

    def create(self, path: str, text: str) -> bool:
        with _as_store_failures():
            return self._kv.write_first(self._full(path), {FIELD: text, MARK: self._host})

    def read(self, path: str) -> str | None:
        with _as_store_failures():
            try:
                found = self._kv.read(self._full(path)) or {}
            except NotAllowed:
                raise ReadDenied("Vault does not allow to read it") from None
        text = found.get(FIELD)
        return text if isinstance(text, str) else None

    def paths(self) -> Iterator[str]:
        with _as_store_failures():
            for folder in self._kv.list(self._folder):
                if folder.endswith("/"):
                    for id_ in self._kv.list(self._full(folder).rstrip("/")):
                        yield folder + id_

    def delete(self, path: str) -> None:
        with _as_store_failures():
            found = self._kv.read(self._full(path)) or {}
            if found.get(MARK) == self._host:
                self._kv.remove(self._full(path))

    def _full(self, path: str) -> str:
        return f"{self._folder}/{path}"


@contextmanager
def _as_store_failures() -> Iterator[None]:
    try:
        yield
    except PxError as error:
        raise StoreFailed(error.message) from None
