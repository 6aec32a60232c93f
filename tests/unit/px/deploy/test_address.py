"""Where a deployed Worker answers, and where its token may go."""

from __future__ import annotations

import pytest

from px.deploy.address import address_of, choose_address
from px.errors import Refused, Usage

HERE, THERE = "https://a.example.dev", "https://b.example.dev"


def test_what_was_named_comes_before_what_is_known() -> None:
    """--url for a new token, else PX_URL, else wrangler is to tell."""
    assert choose_address(HERE, THERE, None, ".env.deploy", makes_token=True) == HERE
    assert choose_address(None, THERE, None, ".env.deploy", makes_token=True) == THERE
    assert choose_address(None, None, None, ".env.deploy", makes_token=True) is None


def test_a_token_that_was_kept_goes_only_where_it_was_kept_for() -> None:
    """--url cannot send it elsewhere; the same address spelt in another way is the same."""
    with pytest.raises(Usage, match="its token is only sent there"):
        choose_address(HERE, THERE, None, ".env.deploy", makes_token=False)

    assert (
        choose_address(HERE + ":443/", HERE, None, ".env.deploy", makes_token=False)
        == HERE + ":443/"
    )


@pytest.mark.parametrize("url", ["http://a.example.dev", "a.example.dev", "https://u:p@a.dev"])
def test_an_address_that_cannot_be_is_refused(url: str) -> None:
    """Before anything is uploaded."""
    with pytest.raises(Usage):
        choose_address(url, None, None, ".env.deploy", makes_token=True)


def test_a_new_root_token_does_not_go_where_the_environment_points() -> None:
    """PX_URL was set for another token; wrangler, a file or --url says where the Worker is."""
    assert choose_address(None, None, THERE, ".env.deploy", makes_token=True) is None
    assert choose_address(None, HERE, THERE, ".env.deploy", makes_token=True) == HERE
    assert choose_address(HERE, None, THERE, ".env.deploy", makes_token=True) == HERE
    assert choose_address(None, HERE, THERE, ".env.deploy", makes_token=False) == THERE


def test_workers_dev_comes_before_other_addresses() -> None:
    """A route is no address, and a custom domain may not be there yet."""
    targets = ["a.example.dev/*", HERE, "https://w.acme.workers.dev", "schedule: 0 * * * *"]

    assert address_of(targets) == "https://w.acme.workers.dev"
    assert address_of(targets[:2]) == HERE


def test_without_an_address_it_is_asked_for() -> None:
    """A Worker that has routes alone."""
    with pytest.raises(Refused, match="did not print the Worker's address") as caught:
        address_of(["a.example.dev/*"])

    assert "--url" in caught.value.hint
