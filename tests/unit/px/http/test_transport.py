"""What px makes of whatever stands behind an https address."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest
import respx

from positronic.names import parse_name, parse_value
from px.api.client import Client
from px.api.secrets import Secrets
from px.errors import NotReached, Refused, ServerFailed, Usage
from px.http.address import parse_address
from px.http.result import Lost
from px.http.retry import Retry
from px.http.transport import MAX_ANSWER, Transport
from px.settings import make_target

URL = "https://secrets.example.dev"
TOKEN = "canary-token"
NAME = parse_name("A")
PROXIES = ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "NO_PROXY")


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in PROXIES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


@pytest.fixture
def pauses() -> list[float]:
    """How long px would have waited."""
    return []


@pytest.fixture
def secrets(pauses: list[float]) -> Iterator[Secrets]:
    with Client(make_target(URL, TOKEN), Retry(10, pause=pauses.append)) as made:
        yield Secrets(made)


def lost(seconds: float = 10) -> Lost:
    """What becomes of a request to URL/x."""
    transport = Transport(parse_address(URL), {"Authorization": f"Bearer {TOKEN}"})
    with pytest.raises(Lost) as caught:
        transport.send("POST", "/x", b"canary-value", seconds)
    transport.close()
    return caught.value


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("place", ["https://elsewhere.example.dev/secrets", f"{URL}/elsewhere"])
def test_no_redirect_is_followed(
    respx_mock: respx.MockRouter, secrets: Secrets, status: int, place: str
) -> None:
    """Neither token nor value goes where an answer points."""
    other = respx_mock.route(url=place, name="other").respond(201)
    other.respond(201)
    respx_mock.post(f"{URL}/secrets").respond(status, headers={"Location": place})

    with pytest.raises(ServerFailed, match=rf"redirects \({status}\)"):
        secrets.create(NAME, parse_value("canary-value"))

    assert not other.called


def test_what_a_request_holds(respx_mock: respx.MockRouter, secrets: Secrets) -> None:
    """The token in its header, the value in the body, and neither in the address."""
    route = respx_mock.post(f"{URL}/secrets").respond(400)

    with pytest.raises(ServerFailed):
        secrets.create(NAME, parse_value("canary-\u00fc"))

    request = route.calls.last.request
    assert (str(request.url), request.headers["Authorization"]) == (
        f"{URL}/secrets",
        f"Bearer {TOKEN}",
    )
    assert request.headers["Content-Type"] == "application/json"
    assert request.content == '{"name":"A","value":"canary-\u00fc"}'.encode()


@pytest.mark.parametrize("status", [429, 502, 503])
def test_retry_after_is_honoured(
    respx_mock: respx.MockRouter, secrets: Secrets, pauses: list[float], status: int
) -> None:
    """The server's own wish for the time of the next attempt comes first."""
    busy = httpx.Response(status, headers={"Retry-After": "7"})
    good = httpx.Response(200, json={"exists": True})
    respx_mock.get(f"{URL}/secrets/A/exists").mock(side_effect=[busy, good])

    assert (secrets.exists(NAME), pauses) == (True, [7])


def test_a_passing_error_is_asked_again(
    respx_mock: respx.MockRouter, secrets: Secrets, pauses: list[float]
) -> None:
    """A connection that fails once is not the user's business."""
    good = httpx.Response(200, json={"exists": False})
    route = respx_mock.get(f"{URL}/secrets/A/exists")
    route.mock(side_effect=[httpx.ConnectError("x"), httpx.ReadError("x"), good])

    assert (secrets.exists(NAME), len(pauses)) == (False, 2)


def test_a_404_after_a_lost_attempt_is_a_404_in_doubt(
    respx_mock: respx.MockRouter, secrets: Secrets
) -> None:
    """Both attempts have one Idempotency-Key: had the first been done, the answer would be its."""
    gone = httpx.Response(404, json={"error": "none", "code": "not_found"})
    route = respx_mock.delete(f"{URL}/secrets/A").mock(side_effect=[httpx.ReadError("x"), gone])

    with pytest.raises(Refused) as caught:
        secrets.delete(NAME)

    assert (caught.value.code, caught.value.uncertain) == ("not_found", True)
    assert len({call.request.headers["Idempotency-Key"] for call in route.calls}) == 1


@pytest.mark.parametrize("seconds", ["3", "Wed, 01 Jan 2098 00:00:00 GMT"])
def test_px_does_not_wait_beyond_its_time(
    respx_mock: respx.MockRouter, pauses: list[float], seconds: str
) -> None:
    """A wish that --timeout does not allow ends the call at once."""
    route = respx_mock.get(f"{URL}/secrets/A/exists")
    route.respond(503, headers={"Retry-After": seconds})

    with (
        Client(make_target(URL, TOKEN), Retry(2, pause=pauses.append)) as client,
        pytest.raises(ServerFailed),
    ):
        Secrets(client).exists(NAME)

    assert (route.call_count, pauses) == (1, [])


@pytest.mark.parametrize(
    ("error", "sent", "final"),
    [
        (httpx.ConnectError, False, False),
        (httpx.ProxyError, False, False),
        (httpx.ConnectTimeout, False, True),
        (httpx.ReadError, True, False),
        (httpx.WriteError, True, False),
        (httpx.RemoteProtocolError, True, False),
        (httpx.ReadTimeout, True, True),
        (httpx.WriteTimeout, True, True),
    ],
)
def test_what_is_known_of_a_lost_request(
    respx_mock: respx.MockRouter, error: type[httpx.HTTPError], sent: bool, final: bool
) -> None:
    """Whether the server may have acted, and whether asking again can help."""
    respx_mock.post(f"{URL}/x").mock(side_effect=error(f"{URL} canary"))

    found = lost()

    assert (found.sent, found.final) == (sent, final)
    assert "canary" not in found.reason
    assert "example" not in found.reason


def test_an_answer_has_a_size(respx_mock: respx.MockRouter) -> None:
    """An endless answer is left, and is not asked for again."""
    chunks = (b"x" * 1_000_000 for _ in range(1000))
    respx_mock.post(f"{URL}/x").respond(stream=Body(chunks))

    assert lost().reason == "the answer is too long"
    assert len(list(chunks)) > 1000 - MAX_ANSWER // 1_000_000 - 2


def test_an_answer_has_a_time(respx_mock: respx.MockRouter) -> None:
    """A body that comes a byte at a time does not stretch --timeout."""
    respx_mock.post(f"{URL}/x").respond(stream=Body(iter(lambda: b"x", None)))

    found = lost(seconds=0.05)

    assert (found.reason, found.sent, found.final) == ("no answer in time", True, True)


def test_a_packed_answer_is_not_unpacked(respx_mock: respx.MockRouter, secrets: Secrets) -> None:
    """px asks for none, so that a small answer cannot become a huge one."""
    route = respx_mock.get(f"{URL}/secrets/A/exists")
    route.respond(200, headers={"Content-Encoding": "gzip"}, content=b"\x1f\x8b")

    with pytest.raises(ServerFailed):
        secrets.exists(NAME)

    assert route.calls.last.request.headers["Accept-Encoding"] == "identity"


@pytest.mark.parametrize("host", ["a..b", "xn--a", "nowhere.invalid"])
def test_a_host_that_cannot_be_is_not_reached(host: str) -> None:
    """A name that cannot be looked up, and one that is not there, are the same to a user."""
    with (
        Client(make_target(f"https://{host}", TOKEN), Retry(5, pause=lambda _: None)) as client,
        pytest.raises(NotReached, match="unknown host name"),
    ):
        Secrets(client).exists(NAME)


def test_an_address_that_cannot_be_is_usage() -> None:
    """What looks like an address of four numbers and is none."""
    with Client(make_target("https://1.2.3.999", TOKEN)) as client, pytest.raises(Usage):
        Secrets(client).exists(NAME)


@pytest.mark.parametrize("url", ["socks5://canary:1", "ftp://canary", "http://canary:port"])
def test_a_proxy_that_px_cannot_use_is_refused(
    secrets: Secrets, monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    """px does not go round a proxy that it cannot speak to, and does not show its address."""
    monkeypatch.setenv("HTTPS_PROXY", url)

    with pytest.raises(Usage, match=r"(?i)prox(y|ies)") as caught:
        secrets.exists(NAME)

    assert "canary" not in str(caught.value)


class Body(httpx.SyncByteStream):
    """An answer's body as it comes in."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks

    def __iter__(self) -> Iterator[bytes]:
        return self._chunks
