"""`px serve` without its output: everything is checked before anybody can connect."""

from __future__ import annotations

import os
import resource
import signal
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from positronic.names import Project
from positronic.ports import Values
from px.project import owner_only
from px.serve import brain_folder, configuration, log
from px.serve.configuration import HostSettings
from px.serve.data_folder import DataFolder
from px.serve.edge import Edge, Network
from px.serve.host import Host, now
from px.serve.ledgers import LedgerFiles
from px.serve.listening import Certificate, address_of, bound, check_reachable
from px.serve.run_file import FILE, RunFile
from px.serve.schedule import Mark
from px.serve.server import HostServer
from px.serve.values_file import values_of

_FOR_OWNER = 0o077


@dataclass(frozen=True, slots=True)
class ServeOptions:
    """`brains`: a folder with `brains/` in it. `values`: a provider, and where there."""

    data: Path
    host: str
    port: int
    certificate: Certificate | None = None
    proxy: Network | None = None
    brains: Path | None = None
    values: str | None = None


def run(options: ServeOptions, ready: Callable[[str], None]) -> Sequence[signal.Signals]:
    """Serves until a stop signal, and returns those that came. Raises PxError.

    `ready` gets the address once connections are accepted.
    """
    os.umask(_FOR_OWNER)
    _allow_many_files()
    own_log = log.HostLog(sys.stderr)
    variables = configuration.take(os.environ)
    is_encrypted = options.certificate is not None or options.proxy is not None
    check_reachable(options.host, is_encrypted=is_encrypted)
    tls = options.certificate.context() if options.certificate else None
    folder = _data_folder(options.data, variables)
    with folder.held():
        owner_only.make_folder(folder.ledgers)
        settings = HostSettings(folder, variables, own_log.report, own_log.info)
        values = _values(folder, options.values)
        ledgers, edge = LedgerFiles(folder.ledgers), Edge(options.proxy)
        runs = _runs(folder, options)
        host = Host(settings, ledgers, edge, own_log, values=values, runs=runs)
        configuration.check(host.service())
        brains = brain_folder.load(options.brains, host.known_values)
        host.run_brains(brains, Mark(folder))
        listening = bound(options.host, options.port)
        log.take_over(own_log)
        server = HostServer(host, tls)
        address = address_of(listening, is_tls=tls is not None)
        own_log.info(f"serving at {address}")
        server.serve_on(listening, lambda: ready(address))
        if runs is not None:
            runs.close()
        own_log.info("stopped")
    return server.stopped_by


def _values(folder: DataFolder, given: str | None) -> Callable[[Project], Values] | None:
    """None: in the ledgers. Raises PxError."""
    found = values_of(folder, given, os.urandom)
    if found is None:
        return None
    from px.values.choice import open_values

    return open_values(*found, os.environ, now, os.urandom)


def _runs(folder: DataFolder, options: ServeOptions) -> RunFile | None:
    """None: there are no brains, and never were any. Raises PxError."""
    path = folder.root / FILE
    return RunFile(path, now, os.urandom) if options.brains or path.exists() else None


def _data_folder(path: Path, variables: dict[str, str]) -> DataFolder:
    """Made here where all keys come from the environment. Raises PxError."""
    folder = DataFolder(path)
    names = {name.upper() for name in configuration.FILES}
    if names <= variables.keys() and not folder.exists():
        owner_only.make_folder(path)
    folder.check()
    return folder


def _allow_many_files() -> None:
    """As many open files as the system lets this process have: a connection is one."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    with suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
