"""Whether the Worker has every key: by key ids, the recovery file, and records that it opens."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Final

from px import terminal
from px.api.keys import Keys
from px.api.secrets import Secret, Secrets
from px.doctor.finding import FAIL, OK, SKIP, WARN, Finding
from px.doctor.probe import Probe
from px.doctor.surroundings import Surroundings
from px.errors import PxError
from px.settings import Target

MOST: Final = 1000  # of the names, all on one page
TRIED: Final = 20
OLDEST: Final = 5  # of those, as the oldest ones are under the oldest keys
SHOWN: Final = 5
_CLOSED: Final = ("corrupt_record", "unknown_key")


def check_keys(probe: Probe, target: Target, around: Surroundings | None) -> Iterator[Finding]:
    """By key ids, those of the records and that of the recovery file."""
    found = Keys(probe).uses()
    lost = sorted(use.id for use in found.uses if not use.held)
    if lost:
        hint = "restore these master keys, or create the secrets again"
        yield Finding("keys", FAIL, f"records need missing master keys: {', '.join(lost)}", hint)
    if found.pending:
        message = f"a rotation to {found.newest} has not finished"
        yield Finding("keys", WARN, message, "run `px key rotate` where it was started")
    if not lost and not found.pending:
        message = f"newest {found.newest}; the Worker has every key that records name"
        yield Finding("keys", OK, message)
    if around is not None:
        yield from _recovery(around, target, found.newest)


def _recovery(around: Surroundings, target: Target, newest: str) -> Iterator[Finding]:
    """Compares key ids, as only the passphrase could show more. For the deployed Worker."""
    project = around.project
    if project is None or target.source != project.environment.deploy_file:
        return
    from px.keys.recovery_file import RecoveryFile, default_path
    from px.project.manifest import read_manifest

    try:
        file = RecoveryFile(
            default_path(project, read_manifest(project.config, project.environment).worker)
        )
        if not file.exists():
            yield Finding("recovery", SKIP, f"unknown: there is no {around.display(file.path)}")
            return
        found = file.header()
    except PxError as error:
        yield Finding("recovery", FAIL, error.message, error.hint)
        return
    shown = around.display(file.path)
    if found.key_id == newest:
        yield Finding("recovery", OK, f"{shown} is for the newest key, {newest}")
        return
    message = f"{shown} is for the key {found.key_id}, but the Worker seals with {newest}"
    hint = "if you have no file for that key, `px key rotate` creates a new key with a file"
    yield Finding("recovery", FAIL, message, hint)


def check_records(probe: Probe) -> Iterator[Finding]:
    """Has the server open some of the project's secrets, without showing any.

    The same key id need not mean the same key.
    """
    known = list(islice(Secrets(probe).list(), MOST))
    chosen, closed, untold, tried = _choose(known), [], 0, 0
    try:
        for name in chosen:
            opens = probe.opens(name, _CLOSED)
            closed += [name] * (opens is False)
            untold += opens is None
            tried += 1
    except PxError as error:
        message = f"{_count(tried, known)} tried, then: {error.message}"
        yield Finding("records", WARN, message, error.hint)
    if closed:
        more = f" and {len(closed) - SHOWN} more" if len(closed) > SHOWN else ""
        message = (
            f"{_count(tried, known)} tried, but the Worker's keys do not open {len(closed)}: "
            f"{', '.join(closed[:SHOWN])}{more}"
        )
        hint = "restore the master key that sealed them, or create them again"
        yield Finding("records", FAIL, message, hint)
    elif not known:
        yield Finding("records", SKIP, "this project has no secret to try")
    elif untold:
        message = f"{_count(tried, known)} tried, all stored; of {untold} the server does not say"
        yield Finding("records", SKIP, f"{message} whether they open, as it may not read them back")
    elif tried == len(chosen):
        yield Finding("records", OK, f"{_count(tried, known)} tried, all open")


def _choose(known: Sequence[Secret]) -> list[str]:
    """Names of the oldest secrets, and of others at random."""
    by_age = [one.name for one in sorted(known, key=lambda one: one.updated_at)]
    rest = by_age[OLDEST:]
    return by_age[:OLDEST] + random.sample(rest, min(TRIED - OLDEST, len(rest)))


def _count(tried: int, known: Sequence[Secret]) -> str:
    return f"{tried:,} of {terminal.counted(len(known))}"
