"""The address where the deployed Worker will answer, and whether the account has one to give."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Final
from urllib.parse import urlsplit

from px.cloudflare.error_codes import NO_SUBDOMAIN
from px.cloudflare.wrangler import ACCOUNT, TOKEN
from px.errors import PxError, Refused, Usage
from px.http.address import parse_address
from px.http.result import Answer, Lost
from px.http.transport import Transport

_API: Final = "https://api.cloudflare.com/client/v4"
_NONE: Final = 10007  # as wrangler 4.164.0 reads it, in getWorkersDevSubdomainInternal
_SECONDS: Final = 20.0


def choose_address(
    flag: str | None, stored: str | None, outside: str | None, file: str, *, makes_token: bool
) -> str | None:
    """The address that the user gave; None: take it from wrangler. Raises Usage.

    A stored token is only sent to the address stored with it. A new one is not sent to PX_URL of
    the environment (`outside`), which was set for another token.
    """
    known = stored if makes_token else outside or stored
    if flag and known and not makes_token and parse_address(flag) != parse_address(known):
        raise Usage(
            f"--url is not the PX_URL in {file}, and its token is only sent there",
            hint=f"change PX_URL in {file}",
        )
    chosen = flag or known
    if chosen:
        parse_address(chosen)
    return chosen


def address_of(targets: Sequence[str]) -> str:
    """The first address that wrangler reports, preferably workers.dev. Raises Refused."""
    found = sorted((one for one in targets if one.startswith("https://")), key=_is_custom)
    if not found:
        raise Refused(
            "wrangler did not print the Worker's address",
            code="no_address",
            hint="give the address with --url",
        )
    return found[0]


def _is_custom(address: str) -> bool:
    return not address.endswith(".workers.dev")


def check_subdomain(manifest: Mapping[str, object], credentials: Mapping[str, str]) -> None:
    """Raises Refused if the account has no workers.dev subdomain and the Worker needs it.

    wrangler has no command for this; its upload reports it, but too late. Other failures are
    ignored here: wrangler reports them itself.
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
