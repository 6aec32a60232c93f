"""A host need only give the headers of `HEADERS`."""

from __future__ import annotations

import re
from typing import Final

from positronic.access.proof import CHALLENGE
from positronic.http.request import HEADERS
from support.source import WORKER, modules

_LOOKED_AT: Final = re.compile(r'headers(?:\.get\(|\[)"([a-z-]+)"')


def test_every_header_that_is_looked_at_is_among_them() -> None:
    looked_at = {
        name
        for path in modules(WORKER)
        if path.parent.name != "providers"  # those are headers of answers
        for name in _LOOKED_AT.findall(path.read_text())
    } | {CHALLENGE.lower()}

    assert looked_at == set(HEADERS)
