"""What px says of each secret after an import that stopped, read from its JSON or its sentence."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass

DOUBTFUL = "may or may not be written"
UNWRITTEN = ("not written", "not sent")


@dataclass(frozen=True, slots=True)
class Account:
    """Every name of the file, in exactly one of three sets."""

    written: set[str]
    doubtful: set[str]
    unwritten: set[str]


def of_json(names: Sequence[str], err: str) -> Account:
    codes = {detail["name"]: detail["code"] for detail in json.loads(err)["details"]}
    doubtful = {name for name, code in codes.items() if code == "unknown"}
    return Account(set(names) - set(codes), doubtful, set(codes) - doubtful)


def of_sentence(names: Sequence[str], err: str) -> Account:
    """Counts, and where each group begins and ends in the file's order; they must agree."""
    doubtful = _group(names, err, DOUBTFUL)
    unwritten = set().union(*(_group(names, err, what) for what in UNWRITTEN))
    written = set(names) - doubtful - unwritten
    assert f"{len(written)} of {len(names)} secrets were written" in err, err
    return Account(written, doubtful, unwritten)


def _group(names: Sequence[str], err: str, what: str) -> set[str]:
    found = re.search(rf"(\d+) {what} \((\w+)(?: to (\w+))?\)", err)
    if not found:
        return set()
    count, first, last = found[1], found[2], found[3] or found[2]
    group = names[names.index(first) : names.index(last) + 1]
    assert len(group) == int(count), err
    return set(group)
