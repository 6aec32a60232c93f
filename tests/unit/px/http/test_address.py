"""Where px is willing to send anything."""

from __future__ import annotations

import pytest

from px.errors import Usage
from px.http.address import parse_address


@pytest.mark.parametrize(
    "text",
    [
        "https://secrets.example.dev",
        "https://secrets.example.dev:8443/",
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


def test_another_port_is_another_server() -> None:
    """A token stored for one port is not for another."""
    assert parse_address("https://host.dev") != parse_address("https://host.dev:8443")


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        ("https://host.dev/secrets", "without a path"),
        ("https://host.dev//canary", "without a path"),
        ("https://host.dev/?canary=1", "without a path"),
        ("https://host.dev#canary", "without a path"),
        ("'https://host.dev'", "quotes"),
        ('"https://host.dev"', "quotes"),
        ("host.dev", "https://"),
        ("//host.dev", "https://"),
        ("https://ho st.dev", "space"),
        ("https://host.dev\nhttps://canary.dev", "line end"),
        ("https://m\u00fcnchen.example", "xn--"),
        ("https://me:canary@host.dev", "PX_TOKEN"),
    ],
)
def test_an_address_that_cannot_be_used_names_the_cause(text: str, cause: str) -> None:
    """The variable is named, and what to do; the text is not repeated."""
    with pytest.raises(Usage) as caught:
        parse_address(text, "PX_URL")

    assert caught.value.message.startswith("PX_URL ")
    assert cause in caught.value.hint
    assert "canary" not in caught.value.message + caught.value.hint


@pytest.mark.parametrize(
    "text", ["https://host.dev/", " https://host.dev\n", "HTTPS://Host.dev:443//"]
)
def test_a_final_slash_or_line_end_is_harmless(text: str) -> None:
    """As a file, a pipe or a browser's address bar gives it."""
    assert parse_address(text).origin == "https://host.dev"
