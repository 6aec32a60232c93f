"""The docs: short where they are read first, no broken link, no list with a gap."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from support.source import CLI, ROOT, WORKER, relative

PAGES: Final = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").glob("*.md"))]
SPECS: Final = [*WORKER.rglob("*.md"), *CLI.rglob("*.md")]
README_LINES: Final = 130

_FENCE: Final = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
_LINK: Final = re.compile(r"\]\(([^)\s]+)\)")
_HEADING: Final = re.compile(r"^#{1,6} (.+)$", re.MULTILINE)
_PATH: Final = re.compile(r"^\| `([\w./-]+)` \|", re.MULTILINE)


def prose(page: Path) -> str:
    """The page without its blocks of code."""
    return _FENCE.sub("", page.read_text())


def anchors(page: Path) -> set[str]:
    """The headings as GitHub spells them in an address."""
    found = (re.sub(r"[`*]|\[|\]\([^)]*\)", "", text) for text in _HEADING.findall(prose(page)))
    return {re.sub(r"[^\w -]", "", text.lower()).strip().replace(" ", "-") for text in found}


def broken_links(page: Path) -> Iterator[str]:
    for link in _LINK.findall(prose(page)):
        if link.startswith("https://"):
            continue
        path, _, heading = link.partition("#")
        target = page.parent / path if path else page
        if not target.exists() or (heading and heading not in anchors(target)):
            yield link


def test_the_readme_is_short() -> None:
    """It says what this is and how to begin; everything else is in docs/."""
    assert len((ROOT / "README.md").read_text().splitlines()) <= README_LINES


@pytest.mark.parametrize("page", [*PAGES, *SPECS], ids=relative)
def test_every_link_leads_to_a_file_and_a_heading(page: Path) -> None:
    """Within the documentation; what is elsewhere is not asked."""
    assert list(broken_links(page)) == []


def test_the_readme_leads_to_every_page() -> None:
    """Nobody has to guess what is in docs/."""
    linked = _LINK.findall((ROOT / "README.md").read_text())

    assert {relative(page) for page in PAGES if page.name != "README.md"} <= set(linked)


def test_a_link_to_nowhere_is_found(tmp_path: Path) -> None:
    """A missing file, a missing heading, and neither of the right ones."""
    page = tmp_path / "page.md"
    page.write_text("# A `b` c\n[1](#a-b-c) [2](page.md#a-b-c) [3](#a-b) [4](other.md)\n")

    assert list(broken_links(page)) == ["#a-b", "other.md"]


def rooms() -> set[str]:
    """The folders of px and of the Worker's core, in which the modules are."""
    packages = [*(CLI / "px").iterdir(), *(WORKER / "positronic").iterdir()]
    return {f"{relative(one)}/" for one in packages if (one / "__init__.py").exists()}


def test_the_tree_names_every_room() -> None:
    """docs/tree.md has every folder of px and of the core, and nothing that is not there."""
    named = set(_PATH.findall((ROOT / "docs" / "tree.md").read_text()))

    assert rooms() - named == set()
    assert [path for path in named if not (ROOT / path).exists()] == []
