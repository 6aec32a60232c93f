"""The proxy for an https address: HTTPS_PROXY, ALL_PROXY and NO_PROXY.

It only carries a TLS tunnel (CONNECT), so it learns the server's name and nothing else.
"""

from __future__ import annotations

import os
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import SplitResult, unquote, urlsplit

from px.failures import Usage


@dataclass(frozen=True, slots=True)
class Proxy:
    host: str
    port: int
    headers: Mapping[str, str] = field(repr=False)


def find_proxy(host: str) -> Proxy | None:
    """The proxy to reach this host by, or None. Raises Usage, without the proxy's address."""
    if not any(name.lower().endswith("_proxy") for name in os.environ):
        return None
    from urllib.request import getproxies_environment, proxy_bypass

    proxies = getproxies_environment()
    url = proxies.get("https") or proxies.get("all")
    if not url or proxy_bypass(host):
        return None
    parts = _split(url)
    if parts.scheme != "http" or not parts.hostname:
        raise Usage("px can use http:// proxies only", hint="see HTTPS_PROXY and NO_PROXY")
    return Proxy(parts.hostname, parts.port or 80, _authorization(parts))


def _split(url: str) -> SplitResult:
    try:
        parts = urlsplit(url if "://" in url else f"http://{url}")
        _ = parts.port  # raises ValueError when it is none
    except ValueError:
        raise Usage("the proxy in HTTPS_PROXY is not a URL") from None
    return parts


def _authorization(parts: SplitResult) -> dict[str, str]:
    if parts.username is None:
        return {}
    pair = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
    return {"Proxy-Authorization": f"Basic {b64encode(pair.encode()).decode()}"}
