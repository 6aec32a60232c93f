"""Redacts known values from everything that is about to leave."""

from __future__ import annotations

from positronic.redact.redactor import WHOLE_ONLY_BELOW, Redactor, marker

__all__ = ["WHOLE_ONLY_BELOW", "Redactor", "marker"]
