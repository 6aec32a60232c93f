"""Looks for a value in every spelling in which it could leak."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Iterator, Mapping


def fresh_canary() -> str:
    """24 hexadecimal digits: no JSON, URL or shell quoting changes them."""
    return secrets.token_hex(12)


def spellings(canary: str) -> Iterator[bytes]:
    """As it is, in hexadecimal, in UTF-16, reversed, and in base64 at any offset."""
    data = canary.encode()
    yield data
    yield data[::-1]
    yield canary.encode("utf-16-le")
    yield data.hex().encode()
    yield data.hex().upper().encode()
    for start in range(3):
        whole_groups = data[start : start + (len(data) - start) // 3 * 3]
        yield base64.b64encode(whole_groups)
        yield base64.urlsafe_b64encode(whole_groups)


def leaks(places: Mapping[str, bytes], canaries: Mapping[str, str]) -> list[str]:
    """`<place>: <what leaked>` for each canary that stands somewhere, in any spelling."""
    return [
        f"{place}: {what}"
        for what, canary in canaries.items()
        for spelling in set(spellings(canary))
        for place, data in places.items()
        if spelling in data
    ]
