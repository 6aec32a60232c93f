"""The library's wheel, which an installed px carries, and the pins of what it needs.

`make dist` puts both here; a px that runs from its checkout has neither.
"""

from __future__ import annotations

import hashlib
from importlib.resources import files
from typing import Final, NamedTuple

from px.errors import Usage

REQUIREMENTS: Final = "requirements.txt"
# Anybody could publish these names: no index is asked for them.
NAME: Final = "positronic-secrets"
PX: Final = f"{NAME}-px"
OURS: Final = (NAME, PX)


class Library(NamedTuple):
    """A wheel of ours: its file name and bytes, and requirements by hash of what it needs."""

    name: str
    wheel: bytes
    pins: str

    def requirement(self, folder: str) -> str:
        """The wheel in this folder, by path and hash: no index is asked for it."""
        digest = hashlib.sha256(self.wheel).hexdigest()
        return f"./{folder}/{self.name} \\\n    --hash=sha256:{digest}\n"


def carried() -> Library:
    """Raises Usage for a px that carries none."""
    here = files(__name__)
    wheels = [one for one in here.iterdir() if one.name.endswith(".whl")]
    if len(wheels) != 1:
        raise Usage(
            "this px runs from its checkout and carries no library",
            hint="install px's wheel, which `make dist` builds in dist/, and use that px",
        )
    return Library(wheels[0].name, wheels[0].read_bytes(), (here / REQUIREMENTS).read_text())
