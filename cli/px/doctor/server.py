"""Checks on the server: that it answers, that it accepts the token, the role and the keys."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final

from positronic.access import tokens
from px.api.tokens import Tokens
from px.doctor.backup import check_backup
from px.doctor.copies import check_copies
from px.doctor.finding import FAIL, OK, SKIP, WARN, Finding
from px.doctor.keys import check_keys, check_records
from px.doctor.probe import Probe
from px.doctor.surroundings import Surroundings
from px.errors import NotAllowed, NotReached, PxError, Refused
from px.http.result import Answer
from px.project.environment import chosen
from px.settings import Target

MAX_SKEW: Final = 60  # seconds
SOON: Final = timedelta(days=7)

# What a reader, a deployer and a runner may ask.
_LIST: Final = "/secrets?limit=1"
_EXISTS: Final = "/secrets/_/exists"
_BRAINS: Final = "/brains"


def check_server(
    target: Target, now: Callable[[], float] = time.time, around: Surroundings | None = None
) -> Iterator[Finding]:
    """Each check runs only if the one before succeeded."""
    with Probe(target) as probe:
        begun = now()
        try:
            answer = probe.status()
        except PxError as error:
            yield _failed("server", error, target)
            for name in ("access", "role", "keys", "records", "copies", "backup", "clock"):
                yield Finding(name, SKIP, "unknown: the server is not ready")
            return
        yield Finding("server", OK, f"{target.address.origin} is ready")
        yield clock_of(answer, (begun + now()) / 2)
        yield from _access(probe, target, around)


def _access(probe: Probe, target: Target, around: Surroundings | None) -> Iterator[Finding]:
    why = "the server does not accept the token"
    try:
        is_open = probe.allows(_LIST) or probe.allows(_EXISTS) or bool(_allowed(probe, _BRAINS))
    except PxError as error:
        yield _failed("access", error, target)
        is_open, why = False, "the check of access failed"
    else:
        message = "the token is accepted" if is_open else "the token is not for this project"
        hint = "" if is_open else _fix(None, target)
        yield Finding("access", OK if is_open else FAIL, message, hint)
    if not is_open:
        for name in ("role", "keys", "records", "copies", "backup"):
            yield Finding(name, SKIP, f"unknown: {why}")
        return
    role = _role(probe)
    yield Finding("role", OK, role)
    if role not in ("root", "admin"):
        yield Finding("keys", SKIP, "unknown: this needs the role admin")
    else:
        yield from _expiry(probe, target.token)
        yield from check_keys(probe, target, around)
    if role in ("runner", "deployer"):
        for name in ("records", "copies", "backup"):
            yield Finding(name, SKIP, "unknown: this needs the role reader")
        return
    yield from check_records(probe)
    yield from check_copies(probe)
    yield from check_backup(probe)


def _role(probe: Probe) -> str:
    """The role, by what the token may read; both if nothing tells them apart."""
    if probe.allows("/projects?limit=1"):
        return "root"
    if probe.allows("/tokens?limit=1"):
        return "admin"
    if not probe.allows(_LIST):
        return "deployer" if probe.allows(_EXISTS) else "runner"
    runs = _allowed(probe, _BRAINS)
    return "reader or writer" if runs is None else "writer" if runs else "reader"


def _allowed(probe: Probe, path: str) -> bool | None:
    """Whether the token may read this; None if the server does not tell, as one without brains."""
    try:
        return probe.allows(path)
    except Refused:
        return None


def _expiry(probe: Probe, token: str) -> Iterator[Finding]:
    parsed = tokens.parse(token)
    if parsed is None:  # the root token does not expire
        return
    own = next((one for one in Tokens(probe).list() if one.id == parsed.id), None)
    if own is None or own.expires_at is None:
        yield Finding("expiry", OK, "the token does not expire")
        return
    left = datetime.fromisoformat(own.expires_at) - datetime.now(UTC)
    hint = "create the next one: `px token create NAME --role ROLE`" if left < SOON else ""
    yield Finding("expiry", WARN if hint else OK, f"the token expires {own.expires_at}", hint)


def clock_of(answer: Answer, now: float) -> Finding:
    try:
        skew = round(parsedate_to_datetime(answer.headers.get("date", "")).timestamp() - now)
    except (TypeError, ValueError):
        return Finding("clock", SKIP, "unknown: the server sends no date")
    if abs(skew) > MAX_SKEW:
        way = "behind" if skew > 0 else "ahead of"
        return Finding(
            "clock", WARN, f"this machine is {abs(skew):,} s {way} the server", "set the clock"
        )
    return Finding("clock", OK, "matches the server's")


def _failed(name: str, error: PxError, target: Target) -> Finding:
    return Finding(name, FAIL, error.message, error.hint or _fix(error, target))


def _fix(error: PxError | None, target: Target) -> str:
    """A hint for the setting that px used, which the error itself does not know."""
    if isinstance(error, NotReached):
        if target.source == chosen().local_file:
            return "start `px dev`"
        return f"check the network, and the address from {target.address_source}"
    if error is None or isinstance(error, NotAllowed):
        return f"replace the token from {target.source}"
    return ""
