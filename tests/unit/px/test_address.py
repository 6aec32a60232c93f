"""Where px is willing to send anything."""

from __future__ import annotations

import pytest

from px.address import parse_address
from px.failures import Usage


@pytest.mark.parametrize(
    "text",
    [
        "https://secrets.example.dev",
        "https://secrets.example.dev:8443/base/",
        "http://127.0.0.1:8787",
        "http://127.8.9.1",
        "http://localhost:1",
        "http://[::1]:8787",
        "HTTPS://SECRETS.example.dev",
    ],
)
def test_https_and_loopback_are_accepted(text: str) -> None:
    """https goes anywhere, http to this machine only."""
    assert parse_address(text).host


@pytest.mark.parametrize(
    "text",
    [
        "http://secrets.example.dev",
        "http://127.0.0.1.example.dev",
        "http://localhost.example.dev",
        "http://10.0.0.1",
        "http://0.0.0.0:8787",
        "http://[::ffff:10.0.0.1]",
        "http://2130706433",
        "http://127.1",
        "https://me:canary-pw@secrets.example.dev",
        "https://canary-token@secrets.example.dev",
        "https://",
        "https://host:port",
        "https://host:0",
        "https://ho\nst",
        "https://ho st",
        "https://host/?key=canary",
        "https://host/#canary",
        "ftp://host",
        "file:///etc/passwd",
        "secrets.example.dev",
        "",
        "https://[::1",
    ],
)
def test_anything_else_is_refused_without_its_text(text: str) -> None:
    """Plain http to others, a password in the address, and what is no URL are refused unseen."""
    with pytest.raises(Usage) as caught:
        parse_address(text)

    assert "canary" not in str(caught.value) + caught.value.hint


def test_the_same_server_is_equal_however_it_is_written() -> None:
    """Case, default port and a final slash make no other server."""
    assert parse_address("https://Host.dev/") == parse_address("HTTPS://host.dev:443")


def test_another_port_or_path_is_another_server() -> None:
    """A token stored for one port is not for another."""
    assert parse_address("https://host.dev") != parse_address("https://host.dev:8443")


def test_an_origin_shows_no_path() -> None:
    """A path may hold a key, so it is never shown."""
    assert parse_address("https://host.dev:8443/canary").origin == "https://host.dev:8443"
