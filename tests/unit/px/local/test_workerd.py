"""workerd that takes too long."""

from __future__ import annotations

import sys

import pytest

from px.local.workerd import run_workerd
from px.project.errors import LocalError


def test_a_timeout_says_what_was_waited_for_and_what_to_do() -> None:
    """With the seconds; no word of the code being wrong."""
    endless = [sys.executable, "-c", "import threading; threading.Event().wait()"]

    with pytest.raises(
        LocalError, match="workerd did not finish importing it within 1 s"
    ) as caught:
        run_workerd(endless, 1, "importing it")

    assert "try again" in caught.value.hint
