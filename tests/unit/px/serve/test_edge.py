"""What a host believes of a request's origin: never a header, but the named proxy's."""

from __future__ import annotations

import pytest

from px.serve.asgi import Scope
from px.serve.edge import Edge, parse_network

FORGED = [
    (b"cf-connecting-ip", b"1.2.3.4"),
    (b"x-forwarded-for", b"1.2.3.4"),
    (b"x-forwarded-proto", b"https"),
    (b"forwarded", b"for=1.2.3.4;proto=https"),
    (b"x-real-ip", b"1.2.3.4"),
]
HOST = (b"host", b"localhost")


def seen(
    peer: str, headers: list[tuple[bytes, bytes]], *, proxy: str | None = None, scheme: str = "http"
) -> Scope:
    edge = Edge(None if proxy is None else parse_network(proxy))
    return edge.seen({"client": (peer, 1), "scheme": scheme, "headers": [HOST, *headers]})


def caller(scope: Scope) -> bytes | None:
    found = [text for name, text in scope["headers"] if name == b"cf-connecting-ip"]
    assert len(found) <= 1
    return found[0] if found else None


def host(scope: Scope) -> list[bytes]:
    return [text for name, text in scope["headers"] if name == b"host"]


@pytest.mark.parametrize("proxy", [None, "10.0.0.1", "10.1.0.0/16", "fd00::/8"])
def test_forged_headers_count_for_nothing(proxy: str | None) -> None:
    """From anybody but the proxy, neither address nor scheme; nor do they reach the core."""
    found = seen("127.0.0.1", FORGED, proxy=proxy)

    assert found["scheme"] == "http"
    assert caller(found) == b"127.0.0.1"
    assert {name for name, _ in found["headers"]} == {b"host", b"cf-connecting-ip"}


@pytest.mark.parametrize("proxy", ["10.0.0.1", "10.0.0.0/8"])
def test_the_proxy_is_believed(proxy: str) -> None:
    """Of a list, what the proxy itself added: its last element."""
    sent = [(b"x-forwarded-for", b"6.6.6.6, 9.8.7.6"), (b"x-forwarded-proto", b"HTTPS")]

    found = seen("10.0.0.1", sent, proxy=proxy)

    assert (found["scheme"], caller(found)) == ("https", b"9.8.7.6")
    assert host(found) == [b"https.invalid"]


@pytest.mark.parametrize(
    ("text", "address"),
    [
        (b"9.8.7.6:4455", b"9.8.7.6"),
        (b"2001:db8::1", b"2001:db8::1"),
        (b"[2001:db8::1]", b"2001:db8::1"),
        (b"[2001:db8::1]:4455", b"2001:db8::1"),
    ],
)
def test_an_address_with_a_port_is_that_address(text: bytes, address: bytes) -> None:
    """As some proxies write it."""
    assert caller(seen("10.0.0.1", [(b"x-forwarded-for", text)], proxy="10.0.0.1")) == address


def test_a_proxy_over_ipv6_sockets_is_the_same() -> None:
    """A socket for both kinds names an IPv4 address in its IPv6 form."""
    sent = [(b"x-forwarded-for", b"::ffff:9.8.7.6"), (b"x-forwarded-proto", b"https")]

    found = seen("::ffff:10.0.0.1", sent, proxy="10.0.0.1")

    assert (found["scheme"], caller(found)) == ("https", b"9.8.7.6")


@pytest.mark.parametrize("text", [b"nobody", b"9.8.7.6, evil\r\n", b"x" * 300, b"[", b":1"])
def test_what_is_no_address_is_never_noted(text: bytes) -> None:
    """Nor is the proxy noted in its place."""
    assert caller(seen("10.0.0.1", [(b"x-forwarded-for", text)], proxy="10.0.0.1")) is None


def test_a_proxy_that_says_no_address_is_the_caller() -> None:
    """With an empty header, or none."""
    assert caller(seen("10.0.0.1", [], proxy="10.0.0.1")) == b"10.0.0.1"
    assert caller(seen("10.0.0.1", [(b"x-forwarded-for", b"")], proxy="10.0.0.1")) == b"10.0.0.1"


@pytest.mark.parametrize("peer", ["10.0.0.2", "2001:db8::1", ""])
def test_localhost_in_a_header_makes_no_connection_safe(peer: str) -> None:
    """Over plain http from elsewhere, no Host header that the core would take for loopback."""
    assert host(seen(peer, FORGED, proxy="10.0.0.1")) == [b"plain-http.invalid"]


@pytest.mark.parametrize("peer", ["10.0.0.1", "127.0.0.1"])
@pytest.mark.parametrize(
    "sent", [(b"x-forwarded-proto", b"http"), (b"x-forwarded-for", b"9.8.7.6")]
)
def test_the_proxy_too_has_to_say_https(peer: str, sent: tuple[bytes, bytes]) -> None:
    """A caller who came to the proxy over plain http has sent a token in clear."""
    assert host(seen(peer, [sent], proxy=peer)) == [b"plain-http.invalid"]


def test_a_proxy_that_forwards_no_headers_is_not_this_machine() -> None:
    """Anybody may be behind it; a proxy elsewhere leaves this machine what it is."""
    assert host(seen("127.0.0.1", [], proxy="127.0.0.1")) == [b"plain-http.invalid"]
    assert host(seen("127.0.0.1", [], proxy="10.0.0.1")) == [b"localhost"]


@pytest.mark.parametrize("sent", [b"localhost/tokens#", b"a@localhost", b"px.example", b""])
def test_no_other_host_header_reaches_the_core(sent: bytes) -> None:
    """It becomes a part of the request's address, which a path or a `#` in it would move."""
    edge = Edge(None)
    for headers in ([(b"host", sent)], [HOST, (b"host", sent)]):
        found = edge.seen({"client": ("127.0.0.1", 1), "scheme": "http", "headers": headers})
        assert host(found) == [b"plain-http.invalid"]


@pytest.mark.parametrize("sent", [b"LOCALHOST:8788", b"127.0.0.1", b"[::1]:8788"])
def test_this_machine_is_known_by_its_names(sent: bytes) -> None:
    """With a port or without."""
    found = Edge(None).seen({"client": ("::1", 1), "scheme": "http", "headers": [(b"host", sent)]})

    assert host(found) == [b"localhost"]


def test_tls_stays_tls() -> None:
    """Whatever the headers say."""
    found = seen("8.8.8.8", [(b"x-forwarded-proto", b"http")], scheme="https")

    assert (found["scheme"], caller(found), host(found)) == (
        "https",
        b"8.8.8.8",
        [b"https.invalid"],
    )


@pytest.mark.parametrize(
    "text", ["", "proxy", "10.0.0.1/8", "10.0.0.0/40", "0.0.0.0/0", "::/0", "10.0.0.1,10.0.0.2"]
)
def test_what_is_no_network_is_refused(text: str) -> None:
    """Rather than guessed."""
    with pytest.raises(ValueError, match=r"."):
        parse_network(text)
