"""Where the deployed Worker answers."""

from __future__ import annotations

from collections.abc import Sequence

from px.errors import Refused, Usage
from px.http.address import parse_address
from px.project.private_files import DEPLOY_FILE


def choose_address(flag: str | None, known: str | None, *, makes_token: bool) -> str | None:
    """The address that was named; None: wrangler is to tell. Raises Usage.

    A token that was kept only goes where it was kept for.
    """
    if flag and known and not makes_token and parse_address(flag) != parse_address(known):
        raise Usage(
            f"--url is not the PX_URL of {DEPLOY_FILE}, and its token only goes there",
            hint=f"change PX_URL in {DEPLOY_FILE}",
        )
    chosen = flag or known
    if chosen:
        parse_address(chosen)
    return chosen


def address_of(targets: Sequence[str]) -> str:
    """From what wrangler says: the first address, workers.dev before others. Raises Refused."""
    found = sorted((one for one in targets if one.startswith("https://")), key=_is_custom)
    if not found:
        raise Refused(
            "wrangler does not say where the Worker answers",
            code="no_address",
            hint="name its address with --url",
        )
    return found[0]


def _is_custom(address: str) -> bool:
    return not address.endswith(".workers.dev")
