"""Secrets of a KV v2 engine of Vault or OpenBao: `vault:MOUNT/PATH`, or a folder of them.

One secret gives its fields, by their names. A folder, which ends in a slash, gives one secret for
each that has the one field `value`; what has other fields is refused, since nobody said which.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from px.errors import Detail, Refused, Usage
from px.files.assignments import Item, LeftOut, Reading
from px.project.provider_access import vault_access
from px.sources.named import DEEPER, assignment, place_of, reading
from px.sources.vault_kv import VaultKv

FIELD: Final = "value"
FORM: Final = "vault:MOUNT/PATH, such as vault:kv/shop; a folder ends in a slash"
_SEGMENT: Final = re.compile(r"(?!\.{1,2}\Z)[^/\x00-\x1f\x7f]+")


class VaultSource:
    """Its token is sent to the address that was set with it, and nowhere else."""

    def __init__(self, text: str) -> None:
        self._label = f"vault:{text}"
        self._mount, _, rest = text.partition("/")
        self._place = place_of(rest)
        segments = [self._mount, *self._place.path.split("/")]
        if text == f"{self._mount}/":  # all of the mount
            segments = [self._mount]
        if not all(_SEGMENT.fullmatch(one) for one in segments):
            raise Usage(f"a source in Vault is {FORM}")

    def read(self, number: int, count: int) -> Reading:
        access = vault_access(os.environ, Path.cwd())
        with VaultKv(access, self._mount) as kv:
            items = self._folder(kv) if self._place.is_folder else self._one(kv)
            return reading(items, self._label, self._nothing())

    def _one(self, kv: VaultKv) -> Iterator[Item]:
        fields = kv.read(self._place.path)
        if fields is None:
            raise self._nothing()
        for name, value in fields.items():
            yield assignment(name, value, f"{self._place.path}, field {name}")

    def _folder(self, kv: VaultKv) -> Iterator[Item | LeftOut]:
        for name in kv.list(self._place.path):
            if name.endswith("/"):
                yield LeftOut(name, DEEPER)
            elif not _SEGMENT.fullmatch(name):
                yield Detail("invalid_name", "is not a name that px can ask for", name=name)
            else:
                yield self._only_field(name, kv.read(f"{self._place.path}/{name}".lstrip("/")))

    def _only_field(self, name: str, fields: dict[str, object] | None) -> Item | LeftOut:
        if fields is None:
            return LeftOut(name, "is deleted: left out")
        if fields.keys() != {FIELD}:
            return Detail("ambiguous", f"has not just the field `{FIELD}`: {_ALONE}", name=name)
        return assignment(name, fields[FIELD], name)

    def _nothing(self) -> Refused:
        return Refused(f"there is no secret at {self._label}", code="not_found", hint=FORM)


_ALONE: Final = "import it by itself, which gives a secret for each of its fields"
