"""A master key's spelling, and what wrangler is let in with."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import pytest

from positronic.sealing.keyring import Keyring
from px.cloudflare.wrangler import credentials
from px.errors import Usage
from px.project.master_key import make, parse

DAY = date(2026, 11, 24)


def test_a_new_key_is_one_that_the_worker_takes() -> None:
    """Its id says the day and is its own; its repr hides the rest."""
    key = make(DAY, bytes)

    assert Keyring(key.entry).newest == key.id
    assert key.id.startswith("k20261124-")
    assert key.encoded not in repr(key)
    assert parse(key.entry) == key


@pytest.mark.parametrize("entry", ["", "k", "k:", "k:canary", ":" + "A" * 43 + "=", "a:b c:d"])
def test_what_is_no_key_is_not_read(entry: str) -> None:
    """And not repeated."""
    with pytest.raises(ValueError, match=r"^$") as caught:
        parse(entry)

    assert "canary" not in str(caught.value)


@pytest.mark.parametrize(
    ("outside", "file", "token"),
    [
        ({}, {"CLOUDFLARE_API_TOKEN": "file"}, "file"),
        ({"CLOUDFLARE_API_TOKEN": "outside"}, {"CLOUDFLARE_API_TOKEN": "file"}, "outside"),
        ({"CLOUDFLARE_API_TOKEN": ""}, {"CLOUDFLARE_API_TOKEN": "file"}, "file"),
    ],
)
def test_the_environment_comes_before_the_file(
    outside: Mapping[str, str], file: Mapping[str, str], token: str
) -> None:
    """As everywhere in px; an empty variable is none."""
    assert credentials(outside, file)["CLOUDFLARE_API_TOKEN"] == token


def test_a_file_does_not_draw_a_credential_elsewhere() -> None:
    """The address of Cloudflare's API comes from the environment alone."""
    file = {"CLOUDFLARE_API_BASE_URL": "https://evil.example", "AWS_SECRET_ACCESS_KEY": "x"}

    assert credentials({"CLOUDFLARE_API_TOKEN": "t"}, file) == {"CLOUDFLARE_API_TOKEN": "t"}


def test_no_credential_is_usage() -> None:
    """With the place where it belongs."""
    with pytest.raises(Usage, match="CLOUDFLARE_API_TOKEN"):
        credentials({}, {"CLOUDFLARE_API_TOKEN": ""})


@pytest.mark.parametrize("token", ["t\0", "t\nX: y", "\x1b[2J"])
def test_a_token_with_a_control_character_is_refused_unseen(token: str) -> None:
    """No process takes it, and no header."""
    with pytest.raises(
        Usage, match=r"^CLOUDFLARE_API_TOKEN contains a character that cannot be sent$"
    ):
        credentials({}, {"CLOUDFLARE_API_TOKEN": token})
