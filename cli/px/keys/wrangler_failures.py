"""What a wrangler that failed means, and what to do about it.

Programs act on Cloudflare's codes; the words are only looked at where wrangler gives no code.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Final

from px.failures import NotAllowed, NotReached, PxError, Refused, ServerFailed, Usage
from px.local import worker_log

FRAGMENT: Final = 8  # characters of something hidden that are too many to show
_CODE: Final = re.compile(r"\[code: (\d+)\]")
_ACCOUNT: Final = re.compile(r"\b[0-9a-f]{32}\b")
_CHATTER: Final = re.compile(r"(?m)^\s*If you think this is a bug.*$|^\s*$\n?")

_TOKEN: Final = (
    "CLOUDFLARE_API_TOKEN needs the permissions `Workers Scripts: Edit` and "  # noqa: S105
    "`Workers KV Storage: Edit` for this account; make one in Cloudflare's dashboard"
)
_ID: Final = "put CLOUDFLARE_ACCOUNT_ID into .env.deploy; Cloudflare's dashboard shows it"


def _not_allowed() -> PxError:
    return NotAllowed(
        "Cloudflare does not accept the API token for this", code="cloudflare_refused", hint=_TOKEN
    )


def _unknown_account() -> PxError:
    return Refused(
        "Cloudflare does not know the account of CLOUDFLARE_ACCOUNT_ID",
        code="unknown_account",
        hint=_ID,
    )


def _several_accounts() -> PxError:
    return Usage("the API token does not tell which account is meant", code="no_account", hint=_ID)


def _no_subdomain() -> PxError:
    return Refused(
        "the account has no workers.dev subdomain yet",
        code="no_subdomain",
        hint="open Workers & Pages in Cloudflare's dashboard once: it asks for a name",
    )


def _quota() -> PxError:
    return Refused(
        "a limit of the Cloudflare account is reached",
        code="quota",
        hint="delete what is not needed, or take another plan",
    )


def _slow_down() -> PxError:
    return ServerFailed(
        "Cloudflare asks px to slow down", code="rate_limited", hint="try again in some minutes"
    )


def _not_reached() -> PxError:
    return NotReached(
        "Cloudflare cannot be reached",
        code="not_reached",
        hint="check the network, and HTTPS_PROXY if there is a proxy",
    )


def _no_cloudflare() -> PxError:
    return ServerFailed(
        "what answered in Cloudflare's place is not its API",
        code="unexpected_answer",
        hint="a proxy or a captive portal may stand between; else try again",
    )


def _namespace_taken() -> PxError:
    return Refused(
        "the account has a KV namespace of this name that the Worker does not use",
        code="namespace_taken",
        hint="put its id into wrangler.toml, beside the binding",
    )


def _no_worker() -> PxError:
    return Refused(
        "there is no Worker of the name in wrangler.toml", code="no_worker", hint="run `px deploy`"
    )


_BY_CODE: Final[dict[int, Callable[[], PxError]]] = {
    **dict.fromkeys((10000, 9106, 9109, 6003, 6103, 6111), _not_allowed),
    **dict.fromkeys((7000, 7003), _unknown_account),
    **dict.fromkeys((971, 10429), _slow_down),
    **dict.fromkeys((10027, 10037), _quota),
    10014: _namespace_taken,
    10063: _no_subdomain,
}
_BY_WORDS: Final[tuple[tuple[str, Callable[[], PxError]], ...]] = (
    ("More than one account available", _several_accounts),
    ("Failed to automatically retrieve account IDs", _several_accounts),
    ("register a workers.dev subdomain", _no_subdomain),
    ('" not found.', _no_worker),
    ("malformed response from the API", _no_cloudflare),
    ("fetch failed", _not_reached),
    ("Unable to resolve Cloudflare's API hostname", _not_reached),
    ("The request to Cloudflare's API timed out", _not_reached),
)
_NO_ANSWER: Final = "A request to the Cloudflare API failed."
_LIMITS: Final = re.compile(
    r"(?i)exceed|quota|limit (?:of|is|has|reached)|maximum number|paid plan"
)


def failure(words: Sequence[str], output: str, hidden: Sequence[str]) -> PxError:
    """What `output` (of stderr) means; its own words go into the hint, unless it repeats `hidden`.

    Not the half of it either: what Cloudflare repeats may be cut anywhere.
    """
    for code in map(int, _CODE.findall(output)):
        if code in _BY_CODE:
            return _BY_CODE[code]()
    for text, make in _BY_WORDS:
        if text in output:
            return make()
    reason = _reason(output, hidden)
    if _NO_ANSWER in output and not _CODE.search(output):
        return _not_reached()
    if _LIMITS.search(output):
        found = _quota()
        found.hint = reason or found.hint
        return found
    return PxError(f"{_named(words)} failed", code="wrangler_failed", hint=reason)


def too_late(words: Sequence[str], seconds: float) -> PxError:
    return NotReached(
        f"{_named(words)} did not end within {seconds:.0f} s",
        code="not_reached",
        hint="check the network, and try again",
    )


def _named(words: Sequence[str]) -> str:
    """Without options and what follows."""
    return f"`wrangler {' '.join(word for word in words[:2] if not word.startswith('-'))}`"


def _reason(output: str, hidden: Sequence[str]) -> str:
    reason = worker_log.explain_text(output)
    # In what is shown as well: colours may have stood within what is hidden.
    if any(repeats(text, hidden) for text in (output, reason)):
        return ""
    return _ACCOUNT.sub("…", _CHATTER.sub("", reason).strip())


def repeats(text: str, hidden: Iterable[str]) -> bool:
    """Whether the text holds something hidden, or a piece of it."""
    return any(
        piece in text
        for secret in hidden
        for start in range(max(len(secret) - FRAGMENT, 0) + 1)
        if (piece := secret[start : start + FRAGMENT])
    )
