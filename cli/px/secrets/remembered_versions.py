"""The versions that `px secret import --dry-run` compared with, for `--if-unchanged`.

All of a project's names and versions, so that a secret that somebody creates, changes or deletes
in between is noticed. The file holds no value, and only its owner can read it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

from px.errors import Detail, PxError, Refused, Usage
from px.secrets.import_account import CHANGED, MISMATCH

if TYPE_CHECKING:
    from px.secrets.import_secrets import ImportPlan
    from px.settings import Target

_FIRST: Final = "first compare with `px secret import FILE --dry-run`, which remembers them"


class RememberedVersions:
    """Of one project on one server. `path` None: nothing is remembered."""

    def __init__(self, path: Path | None) -> None:
        self._path = path

    def keep(self, versions: Mapping[str, int]) -> None:
        """A failure is no harm: older versions can only refuse more."""
        from px.project import user_state

        if self._path is not None:
            with suppress(OSError, PxError):
                user_state.keep(self._path, json.dumps(dict(versions)).encode())

    def read(self) -> dict[str, int]:
        """Raises Usage if there are none, or for a file that px did not write."""
        from px.project import private_files

        if self._path is None:
            raise Usage(
                "--if-unchanged needs a home folder, where px remembers versions",
                hint="set HOME or XDG_STATE_HOME",
            )
        try:
            return _versions(private_files.read(self._path))
        except FileNotFoundError:
            raise Usage("no versions are remembered for this project", hint=_FIRST) from None
        except ValueError:
            raise Usage(
                f"{self._path} is not what px wrote there", hint=f"delete it; {_FIRST}"
            ) from None


def of_target(target: Target, environ: Mapping[str, str]) -> RememberedVersions:
    from px.project.user_state import state_file

    return RememberedVersions(
        state_file("import-versions", target.address, target.project_name, environ)
    )


def refuse_changed(remembered: Mapping[str, int], found: ImportPlan, names: Sequence[str]) -> None:
    """Raises Refused with those that have another version now, before anything is sent."""
    changed = [name for name in names if remembered.get(name, 0) != found.versions.get(name, 0)]
    if changed:
        count = "1 secret was" if len(changed) == 1 else f"{len(changed):,} secrets were"
        raise Refused(
            f"{count} changed since the dry run; nothing was written or deleted",
            code=MISMATCH,
            hint=CHANGED,
            details=[Detail(MISMATCH, _change(name, remembered, found), name) for name in changed],
        )


def _change(name: str, remembered: Mapping[str, int], found: ImportPlan) -> str:
    before, now = remembered.get(name, 0), found.versions.get(name, 0)
    return f"{_version(before)} at the dry run, {_version(now)} now"


def _version(number: int) -> str:
    return f"version {number}" if number else "none"


def _versions(data: bytes) -> dict[str, int]:
    found = json.loads(data)
    if not isinstance(found, dict) or not all(type(one) is int for one in found.values()):
        raise ValueError
    return found
