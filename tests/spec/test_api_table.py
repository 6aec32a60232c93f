"""The docs' table of calls."""

from __future__ import annotations

from scripts.api_table import table

from support.source import ROOT


def test_the_docs_have_it() -> None:
    """A page has the table as the routes describe it."""
    pages = [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]

    assert any(table() in page.read_text() for page in pages), "run `python -m scripts.api_table`"
