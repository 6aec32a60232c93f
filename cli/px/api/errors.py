"""The errors for a server's unexpected answers, which show nothing secret."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from typing import Final, TypeVar

from positronic.errors import PositronicError
from px.api.cloudflare_pages import cloudflares
from px.api.decode import CODE, Fields, fields, matching, name, number, sequence
from px.errors import Detail, NotAllowed, PxError, Refused, ServerFailed
from px.http.result import Answer

T = TypeVar("T")

_MAX_SENTENCE: Final = 400
_SHORT: Final = 4  # a shorter value is only looked for as a whole word


def read(answer: Answer, status: int, parse: Callable[[Fields], T]) -> T:
    """The parsed answer. Raises ServerFailed for a wrong status or malformed body."""
    if answer.status != status:
        raise stranger(answer)
    try:
        return parse(fields(json.loads(answer.body)))
    except (ValueError, KeyError, TypeError, RecursionError, PositronicError):
        raise stranger(answer) from None


def stranger(answer: Answer) -> ServerFailed:
    """The error for an answer that is not our server's; shows only its status."""
    if 300 <= answer.status < 400:
        what = f": it redirects ({answer.status}), and px does not follow redirects"
    else:
        what = f" ({_form(answer)}, status {answer.status}): a proxy or firewall in between?"
    error = ServerFailed(
        f"the server at {answer.origin} is not the Positronic API{what}",
        code="unexpected_answer",
        hint="check the address: only a Positronic server should be sent a token",
    )
    # A success that was cut off or garbled; an HTML page comes from a proxy in between.
    error.uncertain = 200 <= answer.status < 300 and _form(answer) != "HTML"
    return error


def _form(answer: Answer) -> str:
    """What the body looks like."""
    start = answer.body[:1000].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith((b"<!doctype", b"<html", b"<head", b"<?xml", b"<body")):
        return "HTML"
    if start.startswith((b"{", b"[")):
        return "unexpected JSON"
    return "text" if start else "empty"


def refusal(answer: Answer, hidden: Sequence[str]) -> PxError:
    """The error for an answer that is not a success. `hidden`: what must not be shown."""
    code, sentence, details, current = _error(answer, hidden)
    if not code:
        return cloudflares(answer) or _nameless(answer)
    if answer.status in (401, 403):
        return NotAllowed(sentence or "the server does not allow this", code=code)
    is_late = answer.status in (408, 429) and code not in _AT_ONCE
    kind = ServerFailed if answer.status >= 500 or is_late else Refused
    hint = _HINTS.get(code, "")
    error = kind(sentence or f"the server answered {code}", code=code, hint=hint, details=details)
    error.current_version = current
    return error


_AT_ONCE: Final = frozenset({"too_many_runs", "too_many_watches"})
_HINTS: Final = {
    "too_many_runs": "`px brain runs --status running` lists them, `px brain cancel RUN` ends one",
    "too_many_watches": "end one of them; one that broke off counts for 75 seconds",
    "adopting": "run what the message names, with the root token",
    "audit_unavailable": "if its master key is lost: `px key recover`, else `px audit restart`",
    "secret_expired": "`px secret policy NAME` shows its dates and moves them",
    "corrupt_record": "delete the unreadable record, then create the secret again",
    "unknown_key": "restore the master key with this id, or create the secret again",
    "ledger_full": "destroy what nothing needs: `px secret destroy NAME` still works",
    "target_refused": "change what the message names at the provider, or rename the secret",
    "request_timeout": "the connection is slow: send fewer or smaller values at once",
    "version_mismatch": "`px secret history NAME` shows who changed it and when",
    "not_configured": "`px deploy` configures a deployed Worker, `px dev` a local one; "
    "a `px serve` logs what it lacks",
}


def _nameless(answer: Answer) -> PxError:
    if answer.status < 500 or _form(answer) == "HTML":
        return stranger(answer)
    return ServerFailed(f"the server failed with status {answer.status}", code="server_failed")


def _error(answer: Answer, hidden: Sequence[str]) -> tuple[str, str, list[Detail], int | None]:
    """Code, sentence, details and version, each empty if missing or not safe to show."""
    try:
        found = fields(json.loads(answer.body))
        code = matching(CODE, found["code"])
        details = [_detail(fields(item), hidden) for item in sequence(found.get("details", []))]
        version = found.get("currentVersion")
        current = None if version is None else number(version)
    except (ValueError, KeyError, TypeError, RecursionError, PositronicError):
        return "", "", [], None
    return code, _sentence(found.get("error"), hidden), details, current


def _detail(found: Fields, hidden: Sequence[str]) -> Detail:
    index, named = found.get("index"), found.get("name")
    code = matching(CODE, found["code"])
    return Detail(
        code,
        _sentence(found.get("error"), hidden) or code,
        name=name(named) if named is not None else None,
        index=number(index) if index is not None else None,
    )


def _sentence(text: object, hidden: Iterable[str]) -> str:
    """The server's sentence, unless it could control the terminal or repeats what was sent."""
    if not isinstance(text, str) or len(text) > _MAX_SENTENCE or not text.isprintable():
        return ""
    words = text.split()
    shown = any(part in words or (len(part) >= _SHORT and part in text) for part in hidden)
    return "" if shown else text
