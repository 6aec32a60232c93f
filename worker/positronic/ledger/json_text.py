"""JSON as `json` writes it, to the byte, for what is stored and what is signed.

`json.dumps` makes an encoder for each text, which takes several times as long as the text.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from json import encoder as module
from typing import Any


def encoder(
    item_separator: str, key_separator: str, *, sort_keys: bool = False
) -> Callable[[object], str]:
    """What `json.dumps` makes with these of an object or an array, which holds no circle."""
    some: Any = module
    parts = some.c_make_encoder(
        *(None, json.JSONEncoder().default, some.encode_basestring_ascii, None),
        *(key_separator, item_separator, sort_keys, False, True),
    )
    return lambda found: "".join(parts(found, 0))
