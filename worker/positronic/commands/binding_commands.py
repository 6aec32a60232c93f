"""What a Worker reads over a binding: only what its grant names, looked up in the same block."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from positronic.access.binding_refusals import NoProps, NotGranted
from positronic.commands import run_commands, secret_reads
from positronic.commands.work import Plan, Work
from positronic.errors import Detail, InvalidRequest
from positronic.ledger.grant_rows import GRANTS
from positronic.names import App, Name, parse_app
from positronic.roles import BINDING

READ: Final = "binding.read"
MAX_READ: Final = 100  # names in one read

Narrow = Sequence[Name] | None  # what the props of the binding allow; None: they name nothing


async def read(work: Work, names: Sequence[Name], narrow: Narrow) -> Plan:
    """What `run_commands.read` answers, if every name is granted: all of them, or none.

    The commit that counts and records the read expects the grant as it was looked at. Raises
    NotGranted, SecretExpired, InvalidRequest.
    """
    if len(names) > MAX_READ:
        raise InvalidRequest(f"at most {MAX_READ} names are read at once")
    _check(work, names, narrow)
    return await run_commands.read(work, names)


async def exists(work: Work, name: Name, narrow: Narrow) -> object:
    """Whether `read` would give it; not a read. Raises NotGranted, and what opening it raises."""
    _check(work, [name], narrow)
    return await secret_reads.opens(work, name)


async def names(work: Work, narrow: Narrow) -> object:
    """Those that are granted and that a secret has, sorted. Raises NotGranted for no grant."""
    _, granted = _granted(work, narrow)
    return sorted(secret_reads.there(work, granted))


async def refuse(_: Work) -> object:
    """Raises NoProps: for a binding that does not say who it is, so that it is recorded."""
    raise NoProps("the props of the binding do not name a project and an app (`as`)")


def _check(work: Work, wanted: Sequence[Name], narrow: Narrow) -> None:
    """Raises NotGranted, the same whether or not there are such secrets."""
    app, granted = _granted(work, narrow)
    if refused := [name for name in dict.fromkeys(wanted) if name not in granted]:
        said = [f"{app} is not granted {name}" for name in refused]
        found = zip(said, refused, strict=True)
        details = [Detail(NotGranted.code, one, name=name) for one, name in found]
        raise NotGranted(f"{said[0]} in the project {work.project}", details=details)


def _granted(work: Work, narrow: Narrow) -> tuple[App, frozenset[Name]]:
    """Who asks, and what it may read. Raises NotGranted, CorruptRecord."""
    caller = work.caller
    if caller is None or caller.kind != BINDING or caller.project != work.project:
        raise NotGranted("this is for Workers that read this project over a binding")
    app = parse_app(caller.id)
    grant = work.look.one(GRANTS, app)
    if grant is None:
        raise NotGranted(f"{app} is granted nothing in the project {work.project}")
    granted = frozenset(grant.names)
    return app, granted if narrow is None else granted.intersection(narrow)
