"""All of `px spec` takes minutes: the limit of every other test is lifted here."""

from __future__ import annotations

import signal

import pytest


@pytest.fixture(autouse=True)
def _without_limit() -> None:
    signal.alarm(0)
