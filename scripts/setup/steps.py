"""The two parts of the set-up, and what to report if one fails."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "cli"))

from px.project.errors import LocalError  # noqa: E402 - px is not installed yet
from scripts.setup.npm_folder import make_node_modules  # noqa: E402
from scripts.setup.venv_folder import make_venv  # noqa: E402


def run(python: str, words: Sequence[str], fail: Callable[[str, str], int]) -> int:
    try:
        _do(python, words)
    except LocalError as error:
        return fail(error.message, error.hint)
    except OSError as error:
        where = f": {error.filename}" if error.filename else ""
        return fail(f"{(error.strerror or 'failed').lower()}{where}", _owner_hint(error))
    return 0


def _do(python: str, words: Sequence[str]) -> None:
    match list(words):
        case ["venv", folder, requirements]:
            make_venv(python, ROOT / folder, ROOT / requirements, px_from=None)
        case ["venv", folder, requirements, "--with-px"]:
            make_venv(python, ROOT / folder, ROOT / requirements, px_from=ROOT / "cli")
        case ["npm", folder]:
            make_node_modules(ROOT / ".venv" / "bin" / "npm", ROOT / folder)
        case _:
            raise LocalError("setup expects `venv FOLDER REQUIREMENTS [--with-px]` or `npm FOLDER`")


def _owner_hint(error: OSError) -> str:
    if isinstance(error, PermissionError):
        return "run it as the owner of the checkout, or use your own clone"
    return ""
