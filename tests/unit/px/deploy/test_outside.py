"""PX_URL and PX_TOKEN of the environment are for one Worker: no other is deployed with them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from px import invocation
from px.deploy.outside import pair_outside
from px.deploy.plan import Options
from px.deploy.run import Deployment
from px.errors import Refused, Usage
from px.keys.passphrase import Passphrase
from px.project.workspace import Workspace
from support.template_project import write_project

MINE, OTHERS = "https://shop.me.workers.dev", "https://other.me.workers.dev"


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    invocation.begin()
    yield
    invocation.begin()


def deploy(folder: Path, **environ: str) -> Deployment:
    write_project(folder)
    passphrase = Passphrase(stdin=False, otherwise="")
    return Deployment(Workspace(folder), folder, environ, Options(), passphrase, print)


def test_an_option_and_another_servers_token_are_refused(tmp_path: Path) -> None:
    """As by every other command: the shell may still have production's."""
    invocation.note_environment("staging")

    with pytest.raises(Usage, match="two different servers"):
        deploy(tmp_path, PX_URL=MINE, PX_TOKEN="a-token")


@pytest.mark.parametrize("url", [OTHERS, f" {OTHERS}\n", OTHERS.upper()])
def test_another_workers_address_is_refused(tmp_path: Path, url: str) -> None:
    """Also with PX_ENV, which may be set beside the two; the token is not shown."""
    with pytest.raises(Refused, match="PX_URL is the address of other") as caught:
        deploy(tmp_path, PX_URL=url, PX_TOKEN="a-token", PX_ENV="staging")

    assert "a-token" not in caught.value.message + caught.value.hint


@pytest.mark.parametrize("url", [MINE, "https://secrets.example.dev"])
def test_its_own_address_is_taken(tmp_path: Path, url: str) -> None:
    """As a job in CI sets it, or one that does not say whose it is."""
    assert deploy(tmp_path, PX_URL=url, PX_TOKEN="a-token")
    found = pair_outside({"PX_URL": url, "PX_TOKEN": "a-token"}, "shop")
    assert found is not None
    assert (found.url, found.token) == (url, "a-token")


@pytest.mark.parametrize("environ", [{}, {"PX_URL": OTHERS}, {"PX_TOKEN": "t"}])
def test_one_of_the_two_is_no_pair(environ: Mapping[str, str]) -> None:
    """A deploy then takes both from the files."""
    invocation.note_environment("staging")

    assert pair_outside(environ, "shop") is None
