"""Where a host's values are, whose credentials px finds for it, and whether they may read back."""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Iterator, Mapping
from email.utils import parsedate_to_datetime
from typing import Final

from positronic.errors import StoreFailed
from positronic.secrets.sealer import ReadDenied
from px.aws.identity import caller, found_by
from px.doctor.finding import FAIL, OK, SKIP, WARN, Finding
from px.errors import PxError
from px.project import private_files
from px.project.provider_access import AwsAccess, aws_of_environment
from px.serve.data_folder import DataFolder
from px.serve.values_file import values_of
from px.terminal import printable
from px.values.choice import VAULT, Provider, object_stores

MAX_SKEW: Final = 60  # seconds; AWS takes five minutes
_NOTHING: Final = "_/px-doctor"  # where no value can be: it is no id
_HERE: Final = "of px doctor's own environment, which may be another than the host's"


def check_values(folder: DataFolder, environ: Mapping[str, str]) -> Iterator[Finding]:
    """Nothing is written there, and no value is read."""
    try:
        found = values_of(folder, None, os.urandom)
    except PxError as error:
        yield Finding("values", FAIL, error.message, error.hint)
        return
    if found is None:
        yield Finding("values", OK, "in the ledgers, sealed")
        return
    provider, host = found
    yield Finding("values", OK, f"at {provider}, below this host's id {host}")
    if provider.name == VAULT:
        yield _of_vault(environ)
    else:
        yield from _of_aws(aws_of_environment(environ))
    yield _reading(provider, host, environ)


def _of_vault(environ: Mapping[str, str]) -> Finding:
    if not environ.get("VAULT_TOKEN", "").strip():
        return Finding("credential", FAIL, "VAULT_TOKEN is not in the environment", _HINT)
    return Finding("credential", OK, f"VAULT_TOKEN {_HERE}")


_HINT: Final = "run px doctor with the environment that px serve has"


def _of_aws(access: AwsAccess) -> Iterator[Finding]:
    try:
        yield _credential(access)
        who = caller(access)
    except PxError as error:
        yield Finding("role", FAIL, error.message, error.hint)
        return
    if isinstance(who.name, PxError):
        yield Finding("role", FAIL, who.name.message, who.name.hint)
    else:
        yield Finding("role", OK, printable(who.name))
    yield _clock(who.date, time.time())


def _credential(access: AwsAccess) -> Finding:
    found = found_by(access)
    if found is None:
        return Finding("credential", FAIL, "there are no AWS credentials", _HINT)
    if found.file is None:
        return Finding("credential", OK, f"found by `{printable(found.how)}` {_HERE}")
    mode = stat.S_IMODE(found.file.stat().st_mode)
    message = f"found in AWS's credentials file, of mode {mode:o}"
    if private_files.is_exposed(found.file):
        return Finding("credential", FAIL, f"{message}: others can open it", "chmod 600 it")
    return Finding("credential", OK, message)


def _clock(date: str | None, now: float) -> Finding:
    try:
        skew = round(parsedate_to_datetime(date or "").timestamp() - now)
    except (TypeError, ValueError):
        return Finding("clock", SKIP, "unknown: AWS sent no date")
    if abs(skew) > MAX_SKEW:
        way = "behind" if skew > 0 else "ahead of"
        message = f"this machine is {abs(skew):,} s {way} AWS, which refuses more than 300"
        return Finding("clock", FAIL if abs(skew) >= 300 else WARN, message, "set the clock")
    return Finding("clock", OK, "matches AWS's")


def _reading(provider: Provider, host: str, environ: Mapping[str, str]) -> Finding:
    """Asks for what is not there: who may not read is told so all the same."""
    try:
        store, limits = object_stores(provider, environ)(host, "default")
        store.read(_NOTHING)
    except ReadDenied as error:
        message = f"{error.message}: secrets can be stored, and none opens here"
        return Finding("reading", WARN, message, "docs/aws.md and docs/vault.md have the policy")
    except StoreFailed as error:
        return Finding("reading", FAIL, error.message)
    except PxError as error:
        return Finding("reading", FAIL, error.message, error.hint)
    return Finding("reading", OK, f"{limits.provider} lets it read values back")
