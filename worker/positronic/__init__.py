"""Positronic secrets: the runtime-neutral core, the same on Cloudflare and on CPython.

`from positronic import brain` costs px nothing: what brains need is imported when one of their
names is first used (PEP 562).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from positronic.brains import (
        Brain,
        BrainSecrets,
        InvalidBrain,
        SecretExpired,
        SecretNotFound,
        brain,
    )

__all__ = ["Brain", "BrainSecrets", "InvalidBrain", "SecretExpired", "SecretNotFound", "brain"]


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from positronic import brains

    return getattr(brains, name)
