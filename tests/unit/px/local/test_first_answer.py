"""The wait for a Worker's first answer."""

from __future__ import annotations

import time
from http import HTTPStatus
from pathlib import Path

import httpx
import pytest
import respx

from px.local.first_answer import wait_for_answer
from px.project.errors import LocalError

URL = "http://127.0.0.1:8787"
READY = httpx.Response(HTTPStatus.OK, json={"ready": True})


def wait() -> None:
    wait_for_answer(URL, time.monotonic() + 60, lambda: None, Path("worker.log"))


@respx.mock
def test_a_worker_that_is_not_configured_is_not_waited_for() -> None:
    """It would never be; its sentence says what to mend."""
    wrong = {"code": "not_configured", "error": "FALLBACK must be \x1b[2J on or off"}
    respx.get(f"{URL}/status").mock(
        return_value=httpx.Response(HTTPStatus.SERVICE_UNAVAILABLE, json=wrong)
    )

    with pytest.raises(LocalError) as caught:
        wait()

    assert caught.value.message == (
        "the Worker cannot be used: FALLBACK must be \\x1b[2J on or off"
    )
    assert ".dev.vars" in caught.value.hint


@pytest.mark.parametrize("body", ["<html>", "[]", "{}", '{"code": "busy", "error": "wait"}'])
@respx.mock
def test_any_other_answer_is_waited_for(body: str) -> None:
    """Until the Worker is ready."""
    answers = [httpx.Response(HTTPStatus.SERVICE_UNAVAILABLE, text=body), READY]
    called = respx.get(f"{URL}/status").mock(side_effect=answers)

    wait()

    assert called.call_count == len(answers)
