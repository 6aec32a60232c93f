"""What a failure of wrangler means, and what to do about it.

The codes of Cloudflare decide; px only looks at the words if wrangler gives no code.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final

from px.cloudflare import error_codes as codes
from px.cloudflare.error_codes import BY_CODE, Meaning
from px.cloudflare.printed_failure import reason as printed_reason
from px.errors import NotReached, PxError, ServerFailed

FRAGMENT: Final = 8  # this many characters of something hidden are too many to show
_CODE: Final = re.compile(r"\[code: (\d+)\]")
_ACCOUNT: Final = re.compile(r"\b[0-9a-f]{32}\b")
_CHATTER: Final = re.compile(r"(?m)^\s*If you think this is a bug.*$|^\s*$\n?")

_NOT_REACHED: Final = Meaning(
    NotReached,
    "not_reached",
    "Cloudflare cannot be reached",
    "check the network, and HTTPS_PROXY if there is a proxy",
)
_NOT_CLOUDFLARE: Final = Meaning(
    ServerFailed,
    "unexpected_answer",
    "the answer did not come from Cloudflare's API",
    "a proxy or a captive portal may have answered; otherwise try again",
)
_CERTIFICATE: Final = Meaning(
    NotReached,
    "not_reached",
    "Cloudflare cannot be reached: its certificate is not trusted",
    "if your network has its own CA, set NODE_EXTRA_CA_CERTS to its PEM file, for wrangler",
)
_FULL: Final = Meaning(PxError, "file_failed", "no space left on device", "free some space")
_OLD_NODE: Final = Meaning(
    PxError,
    "old_node",
    "wrangler needs a newer Node.js",
    "`px doctor` shows the version in use; `make setup` installs the pinned one",
)
# Checked before the codes, which are less specific.
_FINER: Final[tuple[tuple[str, Meaning], ...]] = (
    (r"access token from location", codes.ELSEWHERE),
    (r"token (?:has |is )?(?:expired|not yet valid|not active)", codes.INVALID),
)
# Checked after the codes, as Cloudflare may repeat the upload. For missing or ambiguous codes.
_BY_WORDS: Final[tuple[tuple[str, Meaning], ...]] = (
    (r"More than one account available", codes.NO_ACCOUNT),
    (r"Failed to automatically retrieve account IDs", codes.NO_ACCOUNT),
    (r"(?:register|have) an? workers\.dev subdomain", codes.NO_SUBDOMAIN),
    (r"latest version of your Worker isn't currently deployed", codes.NOT_DEPLOYED),
    (r"exceeded (?:startup limits|CPU time limit|CPU limit|memory limit)", codes.STARTUP),
    (r"exceeded (?:the )?size limit", codes.SIZE),
    (r'Worker ".*"(?: \(env: .+\))? not found\.', codes.NO_WORKER),
    (r"(?:script|service)_not_found|Worker does not exist", codes.NO_WORKER),
    (r"routes? that (?:are|is) assigned to another worker", codes.ROUTE_TAKEN),
    (r"Could not find zone for", codes.NO_ZONE),
    (r"malformed response from the API", _NOT_CLOUDFLARE),
    (r"self.signed certificate|local issuer|UNABLE_TO_(?:GET|VERIFY)|CERT_HAS", _CERTIFICATE),
    (r"ENOSPC|EDQUOT|no space left", _FULL),
    (r"requires at least Node\.js", _OLD_NODE),
    (r"fetch failed|\b(?:ENOTFOUND|EAI_AGAIN|ECONN\w+|ETIMEDOUT|ENETUNREACH)\b", _NOT_REACHED),
    (r"Unable to resolve Cloudflare's API hostname", _NOT_REACHED),
    (r"The request to Cloudflare's API timed out", _NOT_REACHED),
)
# For an unknown code.
_BY_OTHER_WORDS: Final[tuple[tuple[str, Meaning], ...]] = (
    (r"\[code: 10021\]", codes.NOT_VALID),
    (r"rate.?limit|too.many.requests|throttl", codes.SLOW_DOWN),
    (r"exceed|quota|limit (?:of|is|has|reached)|maximum number|paid plan", codes.QUOTA),
    (r"unauthorized|not authorized", codes.PERMISSION),
    (r"maintenance|service unavailable|internal (?:server )?error", codes.DOWN),
)
_NO_ANSWER: Final = "A request to the Cloudflare API failed."
_PLACE: Final = re.compile(r"request to the Cloudflare API \((\S+?)\) failed")
_PERMISSIONS: Final = (
    ("/storage/kv", codes.KV),
    ("/tails", codes.TAIL),
    ("/workers/", codes.SCRIPTS),
    ("/memberships", codes.ACCOUNT),
    ("/zones", codes.ROUTES),
)


def failure(words: Sequence[str], output: str, hidden: Sequence[str]) -> PxError:
    """The error for `output` (stderr); its words become the hint, unless it repeats `hidden`.

    Parts of `hidden` count too: Cloudflare may cut what it repeats anywhere.
    """
    meaning = _by_words(_FINER, output) or _by_code(output) or _by_words(_BY_WORDS, output)
    if meaning is not None:
        return _with_permission(meaning, output).error()
    reason = _reason(output, hidden)
    if _NO_ANSWER in output and not _CODE.search(output):
        return _NOT_REACHED.error()
    # A repeated upload may contain any word: our own code mentions rate limits.
    found = None if repeats(output, hidden) else _by_words(_BY_OTHER_WORDS, output)
    if found is not None:
        return found._replace(hint=reason or found.hint).error()
    return PxError(f"{_named(words)} failed", code="wrangler_failed", hint=reason)


def _by_words(table: Sequence[tuple[str, Meaning]], output: str) -> Meaning | None:
    return next((one for text, one in table if re.search(text, output, re.IGNORECASE)), None)


def _by_code(output: str) -> Meaning | None:
    known = (BY_CODE.get(int(code)) for code in _CODE.findall(output))
    return next(filter(None, known), None)


def _with_permission(meaning: Meaning, output: str) -> Meaning:
    """Names the missing permission, by the request that failed."""
    if meaning not in (codes.TOKEN, codes.PERMISSION):
        return meaning
    place = found[1] if (found := _PLACE.search(output)) else ""
    lacking = next((permission for part, permission in _PERMISSIONS if part in place), "")
    if not lacking:
        return meaning
    return meaning._replace(hint=f"this request needs the permission `{lacking}`; {meaning.hint}")


def too_late(words: Sequence[str], seconds: float) -> PxError:
    return NotReached(
        f"{_named(words)} did not finish within {seconds:.0f} s",
        code="not_reached",
        hint="check the network, and try again",
    )


def _named(words: Sequence[str]) -> str:
    """The wrangler command without its options and arguments."""
    return f"`wrangler {' '.join(word for word in words[:2] if not word.startswith('-'))}`"


def _reason(output: str, hidden: Sequence[str]) -> str:
    reason = printed_reason(output)
    # Also in the shown text: colour codes may have split something hidden.
    if any(repeats(text, hidden) for text in (output, reason)):
        return ""
    return _ACCOUNT.sub("…", _CHATTER.sub("", reason).strip())


def repeats(text: str, hidden: Iterable[str]) -> bool:
    """Whether the text contains something hidden, or part of it."""
    return any(
        piece in text
        for secret in hidden
        for start in range(max(len(secret) - FRAGMENT, 0) + 1)
        if (piece := secret[start : start + FRAGMENT])
    )
