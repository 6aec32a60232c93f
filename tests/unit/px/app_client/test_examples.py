"""The Workers in examples/ have the client that `px grant add --client DIR` would copy."""

from __future__ import annotations

import pytest

from px.app_client.copied import client_files
from support.source import ROOT


@pytest.mark.parametrize("language", ["javascript", "typescript", "python"])
def test_an_example_has_the_newest_client(language: str) -> None:
    folder = ROOT / "examples" / language / "src"
    files = client_files(folder)

    assert files
    assert {name: (folder / name).read_bytes() for name in files} == files
