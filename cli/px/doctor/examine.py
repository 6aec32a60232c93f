"""Runs every check in order. A check that fails does not stop the others."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Final

from positronic.errors import PositronicError
from px.doctor import contents, exposure, tools
from px.doctor.choice import check_choice, no_choice
from px.doctor.finding import FAIL, SKIP, Check, Finding
from px.doctor.server import check_server
from px.doctor.surroundings import Surroundings
from px.errors import PxError
from px.project.file_failures import file_failed
from px.settings import Target

CheckHere = Callable[[Surroundings], Iterator[Finding]]

HERE: Final[Mapping[str, CheckHere]] = {
    **tools.CHECKS,
    **exposure.CHECKS,
    **contents.CHECKS,
}


def examine(
    around: Surroundings, choose: Callable[[], Target], here: Mapping[str, CheckHere] = HERE
) -> Iterator[Finding]:
    """`choose` finds the server; it raises Usage if none is set."""
    for name, check in here.items():
        yield from _guarded(name, partial(check, around))
    try:
        target = choose()
    except (PxError, PositronicError) as error:
        yield no_choice(error)
        yield Finding("server", SKIP, "unknown: there is no server to ask")
        return
    except OSError:  # a parent folder is not searchable
        yield Finding("address", FAIL, "px cannot look for the files that name a server")
        yield Finding("server", SKIP, "unknown: there is no server to ask")
        return
    yield from _guarded("address", lambda: check_choice(target))
    yield from _guarded("server", lambda: check_server(target, around=around))


def examine_host(data: Path | None, environ: Mapping[str, str]) -> Iterator[Finding]:
    """`data`: of a `px serve`; None: px-data in the current folder, if it is there."""
    from px.doctor.host import check_host
    from px.serve.data_folder import DEFAULT

    if data is not None or DEFAULT.is_dir():
        yield from _guarded("host", lambda: check_host(data or DEFAULT, environ))


def _guarded(name: str, check: Check) -> Iterator[Finding]:
    try:
        yield from check()
    except (PxError, PositronicError) as error:
        yield Finding(name, FAIL, error.message, getattr(error, "hint", ""))
    except OSError as error:
        yield Finding(name, FAIL, f"check failed: {file_failed(error).message}")
    except Exception as error:  # noqa: BLE001 - its text may hold a value
        yield Finding(name, FAIL, f"check failed: {type(error).__name__}")
