"""Whose `.env.deploy` is: one root token is one Worker's, and none is overwritten."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from px.deploy import old_token
from px.deploy.owner import check_no_token, check_owner, recorded
from px.errors import Refused
from px.project.root_file import RootToken
from px.project.workspace import Workspace

MINE, OTHERS = "https://mine.me.workers.dev", "https://other.me.workers.dev"
OWN_DOMAIN = "https://secrets.example.dev"

ACCEPTED = {
    "an empty file": {},
    "px's own line": {"PX_WORKER": "mine@1", "PX_URL": OWN_DOMAIN, "PX_TOKEN": "t"},
    "an account that is not known here": {"PX_WORKER": "mine", "PX_TOKEN": "t"},
    "its workers.dev address": {"PX_URL": MINE, "PX_TOKEN": "t"},
    "a domain of one's own, written by hand": {"PX_URL": OWN_DOMAIN, "PX_TOKEN": "t"},
    "other services' credentials": {"AWS_SECRET_ACCESS_KEY": "x"},
}
REFUSED = {
    "another Worker's line": {"PX_WORKER": "other@1", "PX_TOKEN": "t"},
    "another account's Worker of the same name": {"PX_WORKER": "mine@2", "PX_TOKEN": "t"},
    "another Worker's line, whatever the address": {"PX_WORKER": "other", "PX_URL": MINE},
    "another Worker's workers.dev address": {"PX_URL": OTHERS, "PX_TOKEN": "t"},
    "that address alone": {"PX_URL": OTHERS},
}


@pytest.mark.parametrize("settings", ACCEPTED.values(), ids=ACCEPTED)
def test_a_file_that_is_this_workers_is_taken(settings: Mapping[str, str]) -> None:
    """Or one that does not say whose it is."""
    check_owner(".env.deploy", settings, "mine", "1")


@pytest.mark.parametrize("settings", REFUSED.values(), ids=REFUSED)
def test_a_file_of_another_worker_is_refused(settings: Mapping[str, str]) -> None:
    """By name and by account; the sentence names both Workers, and no token."""
    with pytest.raises(Refused, match=r"wrangler\.toml names mine") as caught:
        check_owner(".env.deploy", settings, "mine", "1")

    assert caught.value.code == "another_workers_file"


def test_a_worker_without_a_root_token_takes_no_other_ones_place() -> None:
    """A token whose Worker is not written down must be another's; px's own may be replaced."""
    with pytest.raises(Refused, match="belongs to another Worker"):
        check_no_token(".env.deploy", {"PX_URL": OWN_DOMAIN, "PX_TOKEN": "t"}, "mine")

    check_no_token(".env.deploy", {"PX_URL": OWN_DOMAIN}, "mine")
    check_no_token(".env.deploy", {"PX_TOKEN": "t", "PX_WORKER": "mine"}, "mine")


def test_the_account_is_written_down_where_it_is_known() -> None:
    """Two accounts may have a Worker of one name."""
    assert (recorded("w", "a1"), recorded("w", "")) == ("w@a1", "w")


def test_an_old_token_is_kept_for_its_owner_alone(tmp_path: Path) -> None:
    """Each time in a file of its own."""
    old = RootToken(MINE, "t", "mine")

    first, second = (old_token.keep(Workspace(tmp_path), old) for _ in "12")

    assert first != second
    found = {"PX_URL": MINE, "PX_TOKEN": "t", "PX_WORKER": "mine"}
    assert json.loads(first.read_text()) == found
    assert first.stat().st_mode & 0o777 == 0o600
