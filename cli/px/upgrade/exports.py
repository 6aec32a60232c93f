"""Classes that worker/entry.py hands on: which ones it lacks, and what to paste for them."""

from __future__ import annotations

import json
import re
from typing import Final

_IMPORT: Final = re.compile(r"^from positronic\.\S+ import (\w+)$", re.MULTILINE)


def missing(fresh: str, current: str) -> str:
    """The lines of the template's entry that the project's own lacks, "" for none."""
    found = [one for one in _IMPORT.finditer(fresh) if not re.search(rf"\b{one[1]}\b", current)]
    if not found:
        return ""
    lines = [one[0] for one in found]
    if "__all__" in current:  # workerd then looks nowhere else
        lines.append(f"__all__ += {json.dumps([one[1] for one in found])}")
    return "\n".join([*lines, ""])
