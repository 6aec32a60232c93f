"""What a Worker is refused that reads over a binding. No HTTP call is answered like this."""

from __future__ import annotations

from positronic.errors import PositronicError


class NotGranted(PositronicError):
    """It may not read a secret of this name, whether or not there is one."""

    code, status = "not_granted", 403


class NoProps(PositronicError):
    """The props of its binding do not say who reads, and in which project."""

    code, status = "no_props", 403
