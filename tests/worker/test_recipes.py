"""docs/recipes.md: its brains, its packages and its schedule, in a project of one's own."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from support.elapsed import untimed
from support.installed_px import InstalledPx
from support.loopback import Loopback, loopback
from support.source import ROOT
from support.waiting import wait_until
from worker.own_project import OwnProject, dev, make_own_project

PAGE = (ROOT / "docs" / "recipes.md").read_text()
KEY = "sk-not-a-real-key"
_BRAIN = re.compile(r'```python\n("""worker/brains/(\w+\.py): .*?)```', re.DOTALL)


def brains() -> dict[str, str]:
    return {name: code for code, name in _BRAIN.findall(PAGE)}


@dataclass(frozen=True, slots=True)
class Cooked:
    project: OwnProject
    service: Loopback

    def ran(self, *words: str) -> list[str]:
        """What `px brain run --watch` prints in a pipe, without times."""
        shown = self.project.run("brain", "run", *words, "--watch")
        return [line.rstrip("\t") for line in untimed(shown, "").splitlines()]

    @property
    def url(self) -> str:
        return (self.project.folder.with_name("out").read_text()).split("Ready at ")[1].split()[0]


@pytest.fixture(scope="module")
def cooked(installed_px: InstalledPx, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cooked]:
    """With the page's files; only the address of its service is this machine's."""
    own = make_own_project(installed_px, tmp_path_factory.mktemp("anywhere"))
    own.run("add", *re.findall(r"^px add (\S+)$", PAGE, re.MULTILINE))
    with loopback() as service:
        service.says["/models"] = b'["small", "large"]'
        for name, code in brains().items():
            text = code.replace("https://api.example.com/v1/models", f"{service.url}/models")
            Path(own.folder, "worker", "brains", name).write_text(text)
        with dev(own):
            own.run("secret", "create", "API_KEY", "--stdin", stdin=KEY)
            yield Cooked(own, service)


def test_http(cooked: Cooked) -> None:
    """The service gets the request, and the run shows what the brain printed and its state."""
    lines = cooked.ran("models")

    assert cooked.service.asked["/models"] == 1
    assert "step:print\tmodels > Ask\tthe service answered 200" in lines
    assert lines[-1] == 'state\t{"models": ["small", "large"]}'


def test_a_package(cooked: Cooked) -> None:
    """Added by px, imported by the brain."""
    lines = cooked.ran("titles", "--state-json", '{"title": "\u00dcn\u00efcode, please"}')

    assert json.loads(lines[-1].partition("\t")[2])["slug"] == "unicode-please"


def test_a_schedule(cooked: Cooked) -> None:
    """The brain starts when its cron fires, and at no other; wrangler.toml's form is the page's."""
    assert re.search(r'crons = \[.*"0 6 \* \* \*"\]', PAGE)
    for cron in ("17 * * * *", "0 6 * * *"):
        address = f"{cooked.url}/cdn-cgi/handler/scheduled"
        assert httpx.get(address, params={"cron": cron}, trust_env=False).text == "ok"

    def runs() -> list[dict[str, str]]:
        found = json.loads(cooked.project.run("brain", "runs", "--brain", "daily", "--json"))
        return list(found["runs"])

    wait_until(lambda: [one["status"] for one in runs()] == ["complete"], "one run", 60)
    assert runs()[0]["by"] == "schedule"
