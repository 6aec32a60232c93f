"""What px and `px serve` send requests of the core with."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import httpx
import pytest

from positronic.outgoing import Answer, NoAnswer
from px.http import outgoing as module
from px.http.outgoing import sender
from support.answering import LONG, answering
from support.running import run

CANARY = "canary-51c2"


def sent(
    path: str,
    method: str = "GET",
    headers: Mapping[str, str] | None = None,
    body: bytes = b"",
    longest: int = LONG,
) -> Answer:
    with answering() as origin:
        return run(sender(longest)(method, f"{origin}{path}", headers or {}, body))


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


def test_an_answer_has_its_limit() -> None:
    """A longer one is none; nothing of it is read when nothing is wanted."""
    assert len(sent("/long").body) == LONG
    assert (sent("/long", longest=0).status, sent("/long", longest=0).body) == (200, b"")
    with pytest.raises(NoAnswer):
        sent("/long", longest=LONG - 1)


def test_an_answer_in_tiny_parts_is_none() -> None:
    """Each costs as much as a long one."""
    assert sent("/parts/900/1").body == b"x" * 900
    assert len(sent("/parts/1500/66").body) == 1500 * 66
    with pytest.raises(NoAnswer):
        sent("/parts/1500/1")


def test_others_come_in_between_the_parts() -> None:
    """A provider that sends many at once holds up nobody else's request."""

    class AtOnce(httpx.AsyncByteStream):
        async def __aiter__(self) -> AsyncIterator[bytes]:
            for _ in range(100):
                yield b"x"

    turns = []

    async def others() -> None:
        while True:
            turns.append(1)
            await asyncio.sleep(0)

    async def both() -> Answer:
        transport = httpx.MockTransport(lambda _: httpx.Response(200, stream=AtOnce()))
        beside = asyncio.ensure_future(others())
        async with httpx.AsyncClient(transport=transport) as client:
            request = client.build_request("GET", "http://127.0.0.1")
            answer = await module._exchange(client, request, LONG)
        beside.cancel()
        return answer

    assert run(both()).body == b"x" * 100
    assert len(turns) >= 100


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


@pytest.mark.parametrize(
    "url",
    [
        "http://secrets.example/",
        "https://secrets.invalid:1/",
        "ftp://127.0.0.1/",
        "http://\x00",
        "",
    ],
)
def test_what_is_not_reached_says_nothing(url: str) -> None:
    """Nothing is sent without TLS but to this machine, and no text has the address in it."""
    with pytest.raises(NoAnswer) as lost:
        run(sender(LONG)("POST", url, {"Authorization": CANARY}, CANARY.encode()))

    assert str(lost.value) == ""


def test_the_environments_credentials_are_not_sent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """httpx would take them from netrc."""
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login canary password canary")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))

    assert "authorization" not in json.loads(sent("/echo").body)["headers"]
