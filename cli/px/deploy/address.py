"""The address of the deployed Worker."""

from __future__ import annotations

from collections.abc import Sequence

from px.errors import Refused, Usage
from px.http.address import parse_address
from px.project.private_files import DEPLOY_FILE


def choose_address(flag: str | None, known: str | None, *, makes_token: bool) -> str | None:
    """The address that the user gave; None: take it from wrangler. Raises Usage.

    A stored token is only sent to the address stored with it.
    """
    if flag and known and not makes_token and parse_address(flag) != parse_address(known):
        raise Usage(
            f"--url is not the PX_URL in {DEPLOY_FILE}, and its token is only sent there",
            hint=f"change PX_URL in {DEPLOY_FILE}",
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
