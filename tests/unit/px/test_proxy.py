"""Which proxy px takes to an https address."""

from __future__ import annotations

import pytest

from px.failures import Usage
from px.proxy import find_proxy


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


def test_no_variable_means_no_proxy() -> None:
    """Without a variable px goes straight."""
    assert find_proxy("host.dev") is None


def test_https_proxy_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its password goes to the proxy alone and is not shown."""
    monkeypatch.setenv("HTTPS_PROXY", "http://me:canary@proxy.corp:3128")

    proxy = find_proxy("host.dev")

    assert proxy is not None
    assert (proxy.host, proxy.port) == ("proxy.corp", 3128)
    assert "Y2FuYXJ5" not in repr(proxy)


def test_no_proxy_is_honoured(monkeypatch: pytest.MonkeyPatch) -> None:
    """A host in NO_PROXY is reached straight."""
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.corp:3128")
    monkeypatch.setenv("NO_PROXY", ".host.dev")

    assert find_proxy("secrets.host.dev") is None


@pytest.mark.parametrize("url", ["socks5://canary:1", "https://canary:1", "http://canary:port"])
def test_a_proxy_that_px_cannot_use_is_refused(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    """px does not go round a proxy that it cannot speak to."""
    monkeypatch.setenv("HTTPS_PROXY", url)

    with pytest.raises(Usage) as caught:
        find_proxy("host.dev")

    assert "canary" not in str(caught.value)
