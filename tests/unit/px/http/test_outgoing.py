"""What px and `px serve` send requests of the core with."""

from __future__ import annotations

import json
from collections.abc import Mapping

import pytest

from positronic.outgoing import Answer, NoAnswer
from px.errors import Usage
from px.http import outgoing as module
from px.http.outgoing import outgoing
from support.answering import LONG, answering
from support.running import run

CANARY = "canary-51c2"


def sent(
    path: str, method: str = "GET", headers: Mapping[str, str] | None = None, body: bytes = b""
) -> Answer:
    async def exchange(url: str) -> Answer:
        async with outgoing() as send:
            return await send(method, url, headers or {}, body)

    with answering() as origin:
        return run(exchange(f"{origin}{path}"))


def test_a_request_arrives_as_it_was_meant() -> None:
    """Method, headers and body, and what was answered, whatever the status."""
    answer = sent("/echo", "POST", {"X-One": "1"}, CANARY.encode())
    said = json.loads(answer.body)

    assert (answer.status, answer.headers["x-said"]) == (418, "Yes")
    assert (said["method"], said["headers"]["x-one"], said["body"]) == ("POST", "1", CANARY)
    assert CANARY not in repr(answer)


def test_a_redirect_is_returned() -> None:
    """And not followed."""
    assert sent("/redirect", "POST", {}, b"1").status == 307


def test_an_answer_that_is_too_long_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is not kept."""
    assert len(sent("/long").body) == LONG
    monkeypatch.setattr(module, "LONGEST", LONG - 1)

    with pytest.raises(NoAnswer):
        sent("/long")


def test_a_lost_answer_says_nothing() -> None:
    """Neither the address nor what was sent is in the error."""
    with pytest.raises(NoAnswer) as lost:
        sent("/cut", "POST", {"Authorization": CANARY}, CANARY.encode())

    assert str(lost.value) == ""
    assert lost.value.__suppress_context__


def test_there_is_a_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    """For all of an exchange."""
    monkeypatch.setattr(module, "DEADLINE", 0)

    with pytest.raises(NoAnswer):
        sent("/echo")


def test_nothing_is_sent_without_tls() -> None:
    """But to this machine."""

    async def exchange() -> None:
        async with outgoing() as send:
            await send("GET", "http://secrets.example/", {}, b"")

    with pytest.raises(Usage):
        run(exchange())
