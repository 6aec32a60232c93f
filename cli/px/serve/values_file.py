"""`values.json` in the data folder: where its values are, if they are not in its ledgers.

It is written at the first start with `--values`, and stays: a ledger's records are of no use where
its values are not. The host's id is part of every path over there, so that no two hosts sweep each
other's.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any, Final

from px.errors import Refused, Usage
from px.serve.data_folder import DataFolder
from px.values.choice import Provider, parse_provider

FILE: Final = "values.json"
FORMAT: Final = "px-values-1"
_HOST: Final = re.compile(r"[0-9a-f]{16}")


def values_of(
    folder: DataFolder, given: str | None, random: Callable[[int], bytes]
) -> tuple[Provider, str] | None:
    """Where they are, and the host's id; None: in the ledgers. `given`: what `--values` says.

    Raises Usage, and Refused if the folder has its values somewhere else already.
    """
    wanted = None if given is None else parse_provider(given)
    text = folder.read(FILE)
    if text is not None:
        return _kept(text, wanted)
    if wanted is None:
        return None
    if any(folder.ledgers.iterdir()):
        raise _elsewhere("in its ledgers")
    host = random(8).hex()
    kept = {"format": FORMAT, "values": str(wanted), "host": host}
    folder.write(FILE, json.dumps(kept))
    return wanted, host


def _kept(text: str, wanted: Provider | None) -> tuple[Provider, str]:
    found = _parsed(text)
    if found.get("format") != FORMAT or not _HOST.fullmatch(str(found.get("host"))):
        raise _unreadable()
    try:
        provider = parse_provider(str(found.get("values")))
    except Usage:
        raise _unreadable() from None
    if wanted not in (None, provider):
        raise _elsewhere(f"in {provider}")
    return provider, str(found["host"])


def _parsed(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        raise _unreadable() from None
    if not isinstance(found, dict):
        raise _unreadable()
    return found


def _unreadable() -> Usage:
    return Usage(
        f"{FILE} in the data folder is not what px serve wrote",
        code="invalid_file",
        hint="restore a copy of it: without it, no value can be found",
    )


def _elsewhere(where: str) -> Refused:
    return Refused(
        f"this data folder has its values {where}, and they cannot be moved by --values",
        code="values_elsewhere",
        hint="start without --values; for another provider make a new data folder, and import the "
        "secrets there",
    )
