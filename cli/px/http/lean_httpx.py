"""httpx without its own command line, which would load click, rich and pygments: 40 ms.

httpx works without them if they are not installed. None tells Python that a module cannot be
imported; https://docs.python.org/3/reference/import.html#the-module-cache.
"""

from __future__ import annotations

import sys
from typing import Any, cast

cast(dict[str, Any], sys.modules).setdefault("httpx._main", None)

import httpx as httpx  # noqa: E402 - only now
