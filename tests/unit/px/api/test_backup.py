"""A file that is no export is wrong input: nothing is sent, and the exit code is 2."""

from __future__ import annotations

import pytest

from px.api.backup import Export, read_file
from px.errors import Usage

HEADER = '{"format":"pxexport1","project":"a"}'
PAGE = '{"page":0,"last":true}'


@pytest.mark.parametrize(
    "text",
    [
        "",
        "A=1\n",
        "{}\n",
        HEADER,
        f"{HEADER}\n",
        f"{HEADER}\n{PAGE}",
        f'{HEADER}\n{PAGE}\n{{"kind"',
    ],
    ids=str,
)
def test_no_export(text: str) -> None:
    with pytest.raises(Usage, match="nothing was done") as raised:
        read_file(text)

    assert (raised.value.exit_code, raised.value.code) == (2, "invalid_file")


def test_an_export() -> None:
    """Only its form is looked at here."""
    found = read_file(f"{HEADER}\n{PAGE}\n")

    assert (found.header, list(found.pages)) == (HEADER, [PAGE])


def test_what_a_file_has() -> None:
    """By kind; a file from before there were grants has none."""
    kinds = ["secret", "version", "version", "token", "event"]
    lines = [f'{{"kind":"{kind}","id":"1"}}' for kind in kinds]
    old, new = (
        Export(["\n".join(lines)]),
        Export(["\n".join([*lines, '{"kind":"grant","id":"a"}'])]),
    )

    assert (old.counts.grants, new.counts.grants) == (0, 1)
    assert new.counts.sentence() == "1 secret (2 versions), 1 token, 1 grant and 1 event"
