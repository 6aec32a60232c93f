"""A value that is stored, at a provider that does not let this host read it."""

from __future__ import annotations

from positronic.errors import StoreFailed


class ReadDenied(StoreFailed):
    """The role or token may not read; whether it may write is not said."""
