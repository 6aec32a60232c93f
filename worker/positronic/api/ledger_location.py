"""Where projects' ledgers are: what the settings say, checked."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from positronic.errors import NotConfigured

HINTS: Final = ("wnam", "enam", "sam", "weur", "eeur", "apac", "oc", "afr", "me")
JURISDICTIONS: Final = ("eu", "fedramp")


@dataclass(frozen=True, slots=True)
class LedgerLocation:
    """A hint for a new project's ledger, and what every ledger stays within; empty: anywhere."""

    hint: str
    jurisdiction: str


@lru_cache(maxsize=1)
def ledger_location(hint: str, jurisdiction: str) -> LedgerLocation:
    """Raises NotConfigured."""
    if hint and hint not in HINTS:
        raise NotConfigured(f"LEDGER_LOCATION must be one of {', '.join(HINTS)}")
    if jurisdiction and jurisdiction not in JURISDICTIONS:
        raise NotConfigured(f"LEDGER_JURISDICTION must be one of {', '.join(JURISDICTIONS)}")
    return LedgerLocation(hint, jurisdiction)
