"""Which proxy px takes: as curl reads the same variables."""

from __future__ import annotations

import pytest

from px.errors import Usage
from px.http.address import parse_address
from px.http.proxy import find_proxy

SERVER = parse_address("https://secrets.example.dev")
PROXY = {"HTTPS_PROXY": "http://proxy.example:3128"}


@pytest.mark.parametrize(
    "entries",
    [
        *("*", "example.dev", ".example.dev", "*.example.dev", "SECRETS.example.dev"),
        *("secrets.example.dev:443", "https://example.dev", " a , example.dev ,", ",,example.dev"),
        *("localhost example.dev", "[::1],fd00::/8,example.dev."),
    ],
)
def test_an_entry_of_no_proxy_exempts_the_host_and_what_is_below(entries: str) -> None:
    """Each way of writing it."""
    assert find_proxy(SERVER, {**PROXY, "NO_PROXY": entries}) is None
    assert find_proxy(SERVER, {**PROXY, "no_proxy": entries}) is None


@pytest.mark.parametrize(
    "entries",
    [
        *("", ",", " ", "[::1]", "::1", "fd00::/8", "[fd00::]/8", "10.0.0.0/8", "1.2.3.4/99", "["),
        *("localhost,127.0.0.1,[::1]", "xample.dev", "other.secrets.example.dev", ".", "*."),
        *("secrets.example.dev:8443", "https://", "[zz]:1", "%%%", "secrets.*"),
    ],
)
def test_any_other_entry_of_no_proxy_is_passed_over(entries: str) -> None:
    """Also what makes no sense: it is fatal to nobody else, either."""
    found = find_proxy(SERVER, {**PROXY, "NO_PROXY": entries})

    assert found is not None
    assert found.url == "http://proxy.example:3128"
    assert find_proxy(SERVER, {"NO_PROXY": entries}) is None


@pytest.mark.parametrize(
    ("url", "entries"),
    [
        ("https://10.1.2.3", "10.0.0.0/8"),
        ("https://10.1.2.3", "10.1.2.3"),
        ("https://[fd00::1]", "fd00::/8"),
        ("https://[fd00::1]", "[fd00::1]:443"),
        ("https://[fd00::1]:8443", "::2,[fd00::1]"),
    ],
)
def test_a_range_in_no_proxy_exempts_its_addresses(url: str, entries: str) -> None:
    assert find_proxy(parse_address(url), {**PROXY, "NO_PROXY": entries}) is None


@pytest.mark.parametrize("url", ["http://127.0.0.1:8787", "http://[::1]:8787", "http://localhost"])
def test_loopback_needs_no_proxy(url: str) -> None:
    """Whatever is set, broken or not."""
    environ = {"HTTPS_PROXY": "socks5://x", "HTTP_PROXY": "http://x", "ALL_PROXY": "nonsense://"}

    assert find_proxy(parse_address(url), environ) is None


SOCKS = "socks5://proxy.example:1080"


def test_socks_matters_only_where_it_decides() -> None:
    """HTTPS_PROXY comes first, NO_PROXY before both; else it is called what it is."""
    found = find_proxy(SERVER, {**PROXY, "ALL_PROXY": SOCKS})

    assert found is not None
    assert found.variable == "HTTPS_PROXY"
    assert find_proxy(SERVER, {"ALL_PROXY": SOCKS, "NO_PROXY": "example.dev"}) is None
    with pytest.raises(Usage, match=r"^px does not support SOCKS proxies \(all_proxy\)$"):
        find_proxy(SERVER, {"all_proxy": "SOCKS5h://x"})


@pytest.mark.parametrize(
    ("text", "url", "shown"),
    [
        ("proxy:3128", "http://proxy:3128", "proxy:3128"),
        ("proxy", "http://proxy:80", "proxy:80"),
        ("https://proxy/", "https://proxy:443", "proxy:443"),
        ("HTTP://proxy:1", "http://proxy:1", "proxy:1"),
        ("http://me:p#w/d@h@proxy:1/", "http://me:p%23w%2Fd%40h@proxy:1", "proxy:1"),
        ("http://me:p%40w@proxy:1", "http://me:p%40w@proxy:1", "proxy:1"),
        ("http://me:100%@proxy:1", "http://me:100%25@proxy:1", "proxy:1"),
        ("me:pw@[fd00::1]:8080", "http://me:pw@[fd00::1]:8080", "[fd00::1]:8080"),
    ],
)
def test_a_proxy_is_read_as_people_write_it(text: str, url: str, shown: str) -> None:
    """Without a scheme, or with a password that nobody escaped."""
    found = find_proxy(SERVER, {"HTTPS_PROXY": f" {text}\n"})

    assert found is not None
    assert (found.url, found.shown) == (url, f"the proxy {shown} (HTTPS_PROXY)")


@pytest.mark.parametrize(
    "text", ["ftp://canary", "http://canary:port", "http://", "http://me:canary@"]
)
def test_a_proxy_that_cannot_be_is_named_by_its_variable(text: str) -> None:
    with pytest.raises(Usage, match="px cannot use the proxy in ALL_PROXY") as caught:
        find_proxy(SERVER, {"ALL_PROXY": text})

    assert "canary" not in caught.value.message + caught.value.hint
