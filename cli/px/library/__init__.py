"""The library's wheel, which an installed px carries, and the pins of what it needs.

`make dist` puts both here; a px that runs from its checkout has neither.
"""

from __future__ import annotations

from typing import Final

REQUIREMENTS: Final = "requirements.txt"
