"""The environment of pip and npm: nothing in it changes what they install, nothing is secret."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from typing import Final

_LEFT_OUT: Final = (
    *("PIP_", "PYTHON", "_PYTHON", "__PYVENV", "VIRTUAL_ENV", "UV_"),
    *("CLOUDFLARE_", "AWS_", "FLY_", "VAULT_", "PX_"),  # credentials that an installer must not see
)
_OF_TARGET: Final = re.compile(r"TARGET_.+_(TOKEN|ACCESS_KEY_ID|SECRET_ACCESS_KEY)")


def cleaned(outer: Mapping[str, str] = os.environ) -> dict[str, str]:
    """The environment without variables that change Python or another tool's packages."""
    return {
        name: text
        for name, text in outer.items()
        if not name.startswith(_LEFT_OUT) and not _OF_TARGET.fullmatch(name)
    }
