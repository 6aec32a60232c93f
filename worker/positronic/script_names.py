"""What the runtime calls a JavaScript file of the library.

Of what is in `python_modules/`, wrangler makes JavaScript modules in the folder `workers/` alone:
there the wheel has the library's scripts.
"""

from __future__ import annotations


def script_name(path: str) -> str:
    """For `positronic/ROOM/NAME.mjs`; the library is either installed, or beside the entry."""
    return f"python_modules/workers/{path}" if "/python_modules/" in __file__ else path
