"""No core dump of px: its memory holds the token and, while it works, values."""

from __future__ import annotations

import sys

if sys.platform == "win32":

    def forbid() -> None:
        """Windows has none."""

    def allow_again() -> None:
        """Nothing was changed."""

else:
    import resource

    _before = resource.getrlimit(resource.RLIMIT_CORE)

    def forbid() -> None:
        """For px and the programs that it starts.

        Not 0: Linux heeds no limit but 1 where the dump goes to a program, as systemd's and
        Ubuntu's do (core(5)), and 1 byte is too little for a dump that goes to a file.
        """
        soft, hard = _before
        tight = 1 if sys.platform == "linux" and hard != 0 else 0
        if soft != 0 or tight:
            resource.setrlimit(resource.RLIMIT_CORE, (tight, hard))

    def allow_again() -> None:
        """The caller's own limit, for a command in px's place."""
        resource.setrlimit(resource.RLIMIT_CORE, _before)
