from __future__ import annotations

import hashlib
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from px.packages.index import Index
from support.serving import serving
from support.wheels import make_wheel

WHEEL = "one-1.0-py3-none-any.whl"


class Site:
    """An index that answers from a folder, and px's cache beside it."""

    def __init__(self, root: Path) -> None:
        self.url = ""
        self.root = root / "site"
        self.cache = root / "cache"
        self.folder = root / "folder"
        for path in (self.root / "one", self.cache, self.folder):
            path.mkdir(parents=True)

    def says(self, *links: str) -> Index:
        page = "".join(f'<a href="{link}">one</a>' for link in links)
        (self.root / "one" / "index.html").write_text(page)
        return Index({"PIP_INDEX_URL": self.url}, self.cache, self.folder)


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    made = Site(tmp_path)

    class Handler(SimpleHTTPRequestHandler):
        def __init__(self, *args: object) -> None:
            super().__init__(*args, directory=str(made.root))  # type: ignore[arg-type]

        def log_message(self, *_: object) -> None:
            return

    with serving(ThreadingHTTPServer(("127.0.0.1", 0), Handler)) as port:
        made.url = f"http://127.0.0.1:{port}/"
        yield made


@pytest.mark.parametrize(
    "link",
    [
        f"hg+ssh://-oProxyCommand=touch/{WHEEL}@v",
        f"git+https://127.0.0.1/{WHEEL}@v",
        f"ssh://127.0.0.1/{WHEEL}",
        f"http://elsewhere.example/{WHEEL}",
        f"{WHEEL}#subdirectory=../..",
        f"file:///tmp/{WHEEL}",
    ],
)
def test_a_link_to_anything_but_a_file_of_an_index_is_left_out(site: Site, link: str) -> None:
    """A repository would be fetched by git or hg, which run what its address says."""
    assert site.says(link).files("one") == []


def test_a_page_cannot_pass_a_file_of_this_machine_for_its_own(site: Site) -> None:
    """Nor with a base address of its own."""
    index = site.says(f'x"></a><base href="file:///tmp/"><a href="{WHEEL}')

    assert index.files("one") == []


def test_without_a_hash_of_the_index_the_cache_is_not_used(site: Site) -> None:
    """Neither is the file kept there: another project would take it for the same one."""
    make_wheel(site.root / "one", "one", requires=["right"])
    planted = make_wheel(site.cache, "one", requires=["planted"])
    before = planted.read_bytes()
    index = site.says(WHEEL)
    [package] = index.builds("one")

    assert index.metadata(package).get_all("Requires-Dist") == ["right"]
    right = hashlib.sha256((site.root / "one" / WHEEL).read_bytes()).hexdigest()
    assert index.hashes("one", "1.0", package) == [right]
    assert planted.read_bytes() == before


def test_with_a_hash_of_the_index_the_file_is_kept(site: Site) -> None:
    """The next time nothing is downloaded."""
    wheel = make_wheel(site.root / "one", "one")
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    index = site.says(f"{WHEEL}#sha256={digest}")
    [package] = index.builds("one")
    index.metadata(package)
    wheel.unlink()

    assert index.metadata(package)["Name"] == "one"
    assert (site.cache / WHEEL).is_file()
    assert not (site.folder / WHEEL).exists()
