"""px over https: certificates are checked, and a proxy sees nothing but the server's name."""

from __future__ import annotations

import http.server
import socket
import socketserver
import ssl
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from positronic.names import parse_name, parse_value
from px.api.client import Client
from px.api.secrets import Secrets
from px.errors import NotReached, Usage
from px.http.retry import Retry
from px.settings import make_target
from support.serving import serving

HOST = "secrets.example.dev"
NAME = parse_name("A")


class Handler(http.server.BaseHTTPRequestHandler):
    """Knows one answer."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        body = b'{"exists": true}'
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        return


class Tunnel(socketserver.StreamRequestHandler):
    """A proxy that knows CONNECT and leads to one address."""

    asked: list[bytes]
    target: tuple[str, int]

    def handle(self) -> None:
        while (line := self.rfile.readline()) != b"\r\n":
            self.asked.append(line)
        with socket.create_connection(self.target) as onward:
            self.wfile.write(b"HTTP/1.1 200 OK\r\n\r\n")
            back = threading.Thread(target=self._pump, args=(onward, self.connection))
            back.start()
            self._pump(self.connection, onward)
            back.join()

    @staticmethod
    def _pump(source: socket.socket, sink: socket.socket) -> None:
        try:
            while data := source.recv(65_536):
                sink.sendall(data)
            sink.shutdown(socket.SHUT_WR)
        except OSError:
            return


class Asking(Tunnel):
    """A proxy that wants a password first, or another no."""

    status: bytes

    def handle(self) -> None:
        while self.rfile.readline() != b"\r\n":
            pass
        self.wfile.write(b"HTTP/1.1 " + self.status + b" No\r\nContent-Length: 0\r\n\r\n")


class Silent(Tunnel):
    """A proxy that hangs up."""

    def handle(self) -> None:
        self.rfile.readline()


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """This machine's own say nothing here."""
    bundles = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "NODE_EXTRA_CA_CERTS")
    for name in ("SSL_CERT_FILE", "SSL_CERT_DIR", "https_proxy", "no_proxy", *bundles):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A key and a certificate for HOST, signed by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, HOST)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "host.pem"
    pem = serialization.Encoding.PEM
    plain = serialization.NoEncryption()
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain)
    path.write_bytes(private + made.public_bytes(pem))
    return path


@pytest.fixture
def port(certificate: Path) -> Iterator[int]:
    """An https server with that certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.socket = context.wrap_socket(server.socket, server_side=True)
    with serving(server) as number:
        yield number


@pytest.fixture
def proxy(port: int, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[bytes]]:
    """A proxy in the environment that leads to the server; what it was asked."""
    asked: list[bytes] = []
    handler = type("Here", (Tunnel,), {"asked": asked, "target": ("127.0.0.1", port)})
    with serving(socketserver.ThreadingTCPServer(("127.0.0.1", 0), handler)) as number:
        monkeypatch.setenv("HTTPS_PROXY", f"http://me:pass@127.0.0.1:{number}")
        monkeypatch.setenv("NO_PROXY", "")
        yield asked


def client(url: str) -> Client:
    return Client(make_target(url, "canary-token"), Retry(10, pause=lambda _: None))


def test_an_unknown_certificate_is_refused(port: int) -> None:
    """No token goes to a server that cannot prove its name."""
    with client(f"https://127.0.0.1:{port}") as px, pytest.raises(NotReached, match="secure"):
        Secrets(px).exists(NAME)


@pytest.mark.usefixtures("proxy")
def test_a_certificate_for_another_host_is_refused(
    certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A certificate that is trusted is still for its own name only."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))

    with client("https://other.example.dev") as px, pytest.raises(NotReached, match="secure"):
        Secrets(px).exists(NAME)


def test_a_proxy_carries_a_tunnel(
    certificate: Path, proxy: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The proxy learns the host's name and its own password, and no token."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))

    with client(f"https://{HOST}") as px:
        assert Secrets(px).exists(NAME) is True

    asked = b"".join(proxy)
    assert asked.startswith(f"CONNECT {HOST}:443 ".encode())
    assert b"Proxy-Authorization: Basic bWU6cGFzcw==" in asked
    assert b"canary" not in asked


def test_no_proxy_is_honoured(proxy: list[bytes], monkeypatch: pytest.MonkeyPatch) -> None:
    """A host in NO_PROXY is reached straight, or not at all."""
    monkeypatch.setenv("NO_PROXY", ".invalid")

    with client("https://secrets.invalid") as px, pytest.raises(NotReached):
        Secrets(px).exists(NAME)

    assert proxy == []


@pytest.mark.usefixtures("proxy")
def test_a_certificate_that_nobody_vouches_for_is_asked_once(certificate: Path) -> None:
    """Asking again would not make it better."""
    pauses: list[float] = []
    target = make_target(f"https://{HOST}", "canary-token")

    with (
        Client(target, Retry(10, pause=pauses.append)) as px,
        pytest.raises(NotReached, match=r"secure connection .*self-signed"),
    ):
        Secrets(px).exists(NAME)

    assert pauses == []


PLAIN = "canary-pw"


def through(monkeypatch: pytest.MonkeyPatch, port: int) -> str:
    """A proxy with a password in the environment; how px may name it."""
    monkeypatch.setenv("HTTPS_PROXY", f"http://me:{PLAIN}@127.0.0.1:{port}")
    monkeypatch.setenv("NO_PROXY", "")
    return f"the proxy 127.0.0.1:{port} (HTTPS_PROXY)"


def failure(url: str = f"https://{HOST}") -> NotReached:
    with client(url) as px, pytest.raises(NotReached) as caught:
        Secrets(px).create(NAME, parse_value("canary-value"))
    assert "canary" not in caught.value.message + caught.value.hint
    return caught.value


def test_a_dead_proxy_is_named_without_its_password(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not the server, which nobody asked: nothing was sent, so nothing is in doubt."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        who = through(monkeypatch, unused.getsockname()[1])
        found = failure()

    assert found.message.endswith(f"no connection to {who}: connection refused")
    assert "NO_PROXY" in found.hint
    assert not found.uncertain


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (b"407", "asks for a user name and password (407)"),
        (b"403", "does not let px through (status 403)"),
    ],
)
def test_a_proxy_that_says_no_is_named(
    monkeypatch: pytest.MonkeyPatch, status: bytes, said: str
) -> None:
    """With its status, and for a password how to give it."""
    handler = type("Here", (Asking,), {"status": status})
    with serving(socketserver.ThreadingTCPServer(("127.0.0.1", 0), handler)) as port:
        who = through(monkeypatch, port)
        found = failure()

    assert found.message.endswith(f"{who} {said}")
    assert not found.uncertain


def test_a_proxy_that_hangs_up_leaves_nothing_in_doubt(monkeypatch: pytest.MonkeyPatch) -> None:
    """The request was never sent: only the proxy was asked for a way."""
    with serving(socketserver.ThreadingTCPServer(("127.0.0.1", 0), Silent)) as port:
        who = through(monkeypatch, port)
        found = failure()

    assert f"no connection to {who}" in found.message
    assert not found.uncertain


@pytest.mark.usefixtures("proxy")
@pytest.mark.parametrize(
    "variable", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "NODE_EXTRA_CA_CERTS"]
)
def test_a_ca_that_only_other_tools_know_is_explained(
    certificate: Path, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    """px reads SSL_CERT_FILE; the hint says so, and says nothing of `px dev`."""
    monkeypatch.setenv(variable, str(certificate))

    assert failure().hint == f"px does not read {variable}: set SSL_CERT_FILE to the same file"


@pytest.mark.usefixtures("proxy")
def test_a_certificate_for_another_host_is_called_that(
    certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By its kind, so that nobody looks for a CA."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))

    assert "its certificate is for another host name" in failure("https://b.example.dev").message


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "SSL_CERT_FILE cannot be read: {path}: no such file or directory"),
        (b"junk", "SSL_CERT_FILE contains no certificate in PEM format: {path}"),
        (b"", "SSL_CERT_FILE contains no certificate in PEM format: {path}"),
        (b"\x30\x82\x01\x0a", "SSL_CERT_FILE is in DER format, not PEM: {path}"),
        (
            b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
            "SSL_CERT_FILE contains no readable certificate: {path}",
        ),
    ],
)
def test_a_broken_certificate_file_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes | None, said: str
) -> None:
    """OpenSSL would pass over it in silence."""
    path = tmp_path / "ca.pem"
    if content is not None:
        path.write_bytes(content)
    monkeypatch.setenv("SSL_CERT_FILE", str(path))

    with client(f"https://{HOST}") as px, pytest.raises(Usage) as caught:
        Secrets(px).exists(NAME)

    assert caught.value.message == said.format(path=path)


@pytest.mark.parametrize("variable", ["SSL_CERT_FILE", "SSL_CERT_DIR"])
def test_a_certificate_setting_of_the_wrong_kind_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    """A folder for a file, and what is no folder for a folder."""
    monkeypatch.setenv(variable, f"{tmp_path}{'' if variable == 'SSL_CERT_FILE' else '/none'}")

    with client(f"https://{HOST}") as px, pytest.raises(Usage, match=f"^{variable} does not name"):
        Secrets(px).exists(NAME)


def test_plain_http_behind_an_https_address_is_called_that(monkeypatch: pytest.MonkeyPatch) -> None:
    """A wrong port, most likely."""
    monkeypatch.setenv("NO_PROXY", "*")
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    with serving(server) as port:
        found = failure(f"https://127.0.0.1:{port}")

    assert "does not speak a TLS version that px supports; check the port" in found.message
