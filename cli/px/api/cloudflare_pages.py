"""Cloudflare's own error pages, which it sends instead of a Worker's answer.

The codes: https://developers.cloudflare.com/workers/observability/errors/ and
https://developers.cloudflare.com/support/troubleshooting/http-status-codes/cloudflare-1xxx-errors/
"""

from __future__ import annotations

import re
from typing import Final

from px.errors import ServerFailed
from px.http.result import Answer

_CODE: Final = re.compile(
    rb"(?i)^\s*error code: (\d{3,4})\b|cf-error-code\W*>\s*(\d{3,4})|>\s*error\s+(1\d{3})\b"
)
_ORIGIN: Final = range(520, 531)  # statuses that only Cloudflare uses

_BLOCKED: Final = ("its owner's firewall rules block px", "change the rules for this address")
_LIMIT: Final = ("too many requests", "try again in a few minutes")
_ROUTE: Final = ("no Worker runs at this address", "check the address and its route")
_THREW: Final = ("the Worker failed", "`wrangler tail` shows what it logs")
_MEANINGS: Final = {
    **dict.fromkeys((1000, 1001, 1014, 1016, 1022, 1033, 530), _ROUTE),
    **dict.fromkeys((1006, 1007, 1008, 1009, 1010, 1012, 1020), _BLOCKED),
    1015: _LIMIT,
    1027: (
        "the account has reached its daily limit of requests",
        "wait until 00:00 UTC, or switch to Workers Paid",
    ),
    1101: _THREW,
    1102: ("the Worker used more CPU time than its plan allows", "switch to Workers Paid"),
}
_NO_ORIGIN: Final = ("it cannot reach the server behind it", "check the address and its DNS")


def cloudflares(answer: Answer) -> ServerFailed | None:
    """The error for a Cloudflare error page; None for any other answer."""
    found = _CODE.search(answer.body[:20_000])
    code = int(next(filter(None, found.groups()))) if found else 0
    if not found and answer.status in _ORIGIN:
        code = answer.status
    if not code or not (answer.status >= 400 and _is_cloudflares(answer, code)):
        return None
    what, hint = _MEANINGS.get(code, _NO_ORIGIN if code in _ORIGIN else ("", ""))
    return ServerFailed(
        f"Cloudflare answered at {answer.origin} instead of the Worker, with error {code}"
        + (f": {what}" if what else ""),
        code="server_failed" if answer.status >= 500 else "unexpected_answer",
        hint=hint,
    )


def _is_cloudflares(answer: Answer, code: int) -> bool:
    headers = answer.headers
    return code in _MEANINGS or code in _ORIGIN or headers.get("server", "") == "cloudflare"
