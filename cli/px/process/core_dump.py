"""Prevents core dumps of px: its memory contains the token and, at times, values."""

from __future__ import annotations

import sys

if sys.platform == "win32":

    def forbid() -> None:
        """Windows has none."""

    def allow_again() -> None:
        """Changes nothing."""

else:
    import resource

    _before = resource.getrlimit(resource.RLIMIT_CORE)

    def forbid() -> None:
        """For px and the programs that it starts.

        Not 0: if dumps go to a program, as with systemd and on Ubuntu, Linux only respects the
        limit 1 (core(5)); and 1 byte is too little for a dump to a file.
        """
        soft, hard = _before
        tight = 1 if sys.platform == "linux" and hard != 0 else 0
        if soft != 0 or tight:
            resource.setrlimit(resource.RLIMIT_CORE, (tight, hard))

    def allow_again() -> None:
        """Restores the caller's own limit, for the command that replaces px."""
        resource.setrlimit(resource.RLIMIT_CORE, _before)
