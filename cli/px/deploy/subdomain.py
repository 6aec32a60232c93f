"""Whether the account has a workers.dev subdomain: checked before anything is created.

wrangler has no command for this; its upload reports it, but too late.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

from px.cloudflare.error_codes import NO_SUBDOMAIN
from px.cloudflare.wrangler import ACCOUNT, TOKEN
from px.errors import PxError
from px.http.address import parse_address
from px.http.result import Answer, Lost
from px.http.transport import Transport

_API: Final = "https://api.cloudflare.com/client/v4"
_NONE: Final = 10007  # as wrangler 4.164.0 reads it, in getWorkersDevSubdomainInternal
_SECONDS: Final = 20.0


def check_subdomain(manifest: Mapping[str, object], credentials: Mapping[str, str]) -> None:
    """Raises Refused if there is none and the Worker needs it.

    Other failures are ignored here: wrangler reports them itself.
    """
    has_routes = bool(manifest.get("routes") or manifest.get("route"))
    if ACCOUNT not in credentials or not manifest.get("workers_dev", not has_routes):
        return
    answer = _ask(credentials)
    if answer is not None and answer.status == 404 and _NONE in _codes(answer):
        raise NO_SUBDOMAIN.error()


def _ask(credentials: Mapping[str, str]) -> Answer | None:
    parts = urlsplit(credentials.get("CLOUDFLARE_API_BASE_URL") or _API)
    path = f"{parts.path.rstrip('/')}/accounts/{credentials[ACCOUNT]}/workers/subdomain"
    try:
        address = parse_address(f"{parts.scheme}://{parts.netloc}")
        transport = Transport(address, {"Authorization": f"Bearer {credentials[TOKEN]}"})
    except PxError:
        return None
    try:
        return transport.send("GET", path, None, _SECONDS)
    except Lost:
        return None
    finally:
        transport.close()


def _codes(answer: Answer) -> set[object]:
    try:
        return {one["code"] for one in json.loads(answer.body)["errors"]}
    except (ValueError, KeyError, TypeError):
        return set()
