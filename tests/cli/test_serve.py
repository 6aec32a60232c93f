"""`px serve` as a process: started, refused, stopped, and what its callers can make of it."""

from __future__ import annotations

import json
import signal
import socket
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from support import hosting
from support.hosting import PASSPHRASE, Hosted, hosted
from support.px_process import CANARY, Px
from support.schemas import conforms
from support.waiting import wait_until

MANY = 1000


@pytest.fixture
def host(tmp_path: Path) -> Iterator[Hosted]:
    with hosted(tmp_path) as running:
        yield running


def client_of(host: Hosted, **more: Any) -> httpx.Client:  # noqa: ANN401 - httpx's own
    headers = {"Authorization": f"Bearer {host.token}"}
    return httpx.Client(base_url=host.url, headers=headers, trust_env=False, timeout=30, **more)


def port_of(host: Hosted) -> int:
    return int(host.url.rpartition(":")[2])


def refused(folder: Path, *options: str, environment: dict[str, str] | None = None) -> Any:  # noqa: ANN401 - a JSON document
    """What `px serve` says that does not start, with its exit code."""
    done = Px(folder).run("serve", "--port", "0", "--json", *options, environment=environment)
    assert done.stdout == ""
    found = json.loads(done.stderr)
    conforms("error", found)
    return done.returncode, found["code"]


def test_init_prints_no_key(tmp_path: Path) -> None:
    """What was made is in files, and the command says which."""
    done = Px(tmp_path).run("serve", "init", "--passphrase-stdin", stdin=PASSPHRASE.encode())
    made = [path.read_text().strip() for path in (tmp_path / "px-data").iterdir() if path.is_file()]

    assert done.returncode == 0, done.stderr
    assert len(made) == 6
    for text in (*made, PASSPHRASE, *(one.partition(":")[2] for one in made)):
        assert not text or text not in done.stdout + done.stderr


def test_init_as_json(tmp_path: Path) -> None:
    """The host's name, the key's id, and the names of the files."""
    done = Px(tmp_path).run("serve", "init", "here", "--no-recovery-file", "--json")

    found = json.loads(done.stdout)
    conforms("serve init", found)
    assert found["recoveryFile"] is None
    assert (tmp_path / "here" / found["rootToken"]).exists()


def test_init_needs_a_passphrase(tmp_path: Path) -> None:
    """Without a terminal it has to be said whether there is to be a recovery file."""
    done = Px(tmp_path).run("serve", "init")

    assert (done.returncode, "--no-recovery-file" in done.stderr) == (2, True)
    assert list(tmp_path.iterdir()) == []


def test_a_secret_is_there_after_a_restart(tmp_path: Path) -> None:
    """The ledger is a file; px is used as with every other server."""
    with hosted(tmp_path) as host:
        px = Px(tmp_path, host.environment)
        assert px.run("secret", "create", "A", "--stdin", stdin=b"x").returncode == 0
        assert host.stop() == 0
    with hosted(tmp_path) as host:
        done = Px(tmp_path, host.environment).run("secret", "exists", "A")

        assert (done.stdout, done.returncode) == ("true\n", 0)


def test_the_ready_line_as_json(tmp_path: Path) -> None:
    """One document, once connections are accepted."""
    hosting.init(tmp_path)
    process = Px(tmp_path).start("serve", "--port", "0", "--json")
    try:
        assert process.stdout is not None
        found = json.loads(process.stdout.readline())
        conforms("serve", found)
        assert httpx.get(f"{found['url']}/status", trust_env=False).json() == {"ready": True}
    finally:
        process.terminate()
        process.communicate(timeout=30)


def test_nothing_that_was_sent_is_in_the_log(host: Hosted) -> None:
    """Neither a value nor a name, a token, a query or a header."""
    with client_of(host) as client:
        client.post("/secrets", json={"name": "A", "value": CANARY})
        client.get(f"/secrets/{CANARY.replace('-', '_')}/uses", params={"cursor": CANARY})
        client.get("/secrets", headers={"X-Positronic-Project": CANARY, "User-Agent": CANARY})
        client.post("/secrets", content=CANARY)
        last = client.get(f"/{CANARY}")
    host.stop()

    text = host.log.read_text()
    assert CANARY not in text
    assert CANARY.replace("-", "_") not in text
    assert host.token not in text
    assert last.headers["x-request-id"] in [one.get("requestId") for one in host.lines()]


def test_without_init(tmp_path: Path) -> None:
    """The folder is named, and what makes it."""
    assert refused(tmp_path) == (1, "no_data_folder")
    (tmp_path / "px-data").mkdir(mode=0o700)
    assert refused(tmp_path) == (1, "not_initialized")


@pytest.mark.parametrize(
    ("name", "mode", "code"),
    [
        ("master-keys", 0o644, "key_file_open"),
        ("root-token-sha256", 0o640, "key_file_open"),
        ("master-keys", 0o622, "untrusted_file"),
        (".", 0o755, "data_folder_open"),
    ],
)
def test_what_others_can_read_is_refused(tmp_path: Path, name: str, mode: int, code: str) -> None:
    """Before anybody can connect."""
    hosting.init(tmp_path)
    (tmp_path / "px-data" / name).chmod(mode)

    assert refused(tmp_path) == (2, code)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("master-keys", "k1:not-a-key"),
        ("master-keys", "x" * 100),
        ("root-token-sha256", "px_root_123"),
    ],
)
def test_a_broken_key_file_is_refused(tmp_path: Path, name: str, text: str) -> None:
    """It is named, and its text is not repeated."""
    hosting.init(tmp_path)
    (tmp_path / "px-data" / name).write_text(text)
    done = Px(tmp_path).run("serve", "--port", "0")

    assert (done.returncode, done.stdout) == (2, "")
    assert name.upper().replace("-", "_") in done.stderr
    assert text not in done.stderr


def test_keys_from_the_environment_alone(tmp_path: Path) -> None:
    """As on Fly.io: the folder is made, and has ledgers only."""
    hosting.init(tmp_path)
    made = tmp_path / "px-data"
    keys = {
        "MASTER_KEYS": (made / "master-keys").read_text(),
        "ROOT_TOKEN_SHA256": (made / "root-token-sha256").read_text(),
    }
    assert refused(tmp_path, environment=keys) == (2, "two_sources")

    with hosted(tmp_path, "--data", "other", environment=keys) as host, client_of(host) as client:
        assert client.post("/secrets", json={"name": "A", "value": "x"}).status_code == 201
    assert {one.name for one in (tmp_path / "other").iterdir()} == {"ledgers", "lock"}


def test_a_folder_has_one_process(tmp_path: Path, host: Hosted) -> None:
    """The second one says which process has it; after a kill the folder is free."""
    done = Px(tmp_path).run("serve", "--port", "0")
    assert (done.returncode, f"(process {host.process.pid})" in done.stderr) == (1, True)
    host.kill()

    with hosted(tmp_path) as again, client_of(again) as client:
        assert client.get("/status").status_code == 200


def test_a_port_has_one_process(tmp_path: Path) -> None:
    """It is said at once."""
    hosting.init(tmp_path)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = Px(tmp_path).run("serve", "--port", port)

    assert done.returncode == 1
    assert f"cannot listen on port {port}: another process listens there" in done.stderr


@pytest.mark.parametrize(
    ("options", "code"),
    [
        (["--host", "0.0.0.0"], "needs_tls"),  # noqa: S104 - that it is refused
        (["--host", "::"], "needs_tls"),
        (["--host", "localhost"], "usage"),
        (["--tls-cert", "x"], "usage"),
        (["--behind-proxy", "proxy"], "usage"),
        (["--tls-cert", "x", "--tls-key", "y"], "usage"),
        (["--brains", "."], "usage"),
        (["--data", "nowhere"], "no_data_folder"),
    ],
)
def test_options_that_do_not_go_together(tmp_path: Path, options: list[str], code: str) -> None:
    """Nobody sends a token over plain http to another machine."""
    hosting.init(tmp_path)

    assert refused(tmp_path, *options)[1] == code


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 0), (signal.SIGHUP, 0)]
)
def test_a_stop_signal_ends_it(host: Hosted, number: signal.Signals, code: int) -> None:
    """Like px dev: 130 for Ctrl-C, otherwise it stopped as requested."""
    with socket.create_connection(("127.0.0.1", port_of(host))):  # an idle one holds nothing up
        assert host.stop(number) == code
    assert host.lines()[-1]["message"] == "stopped"


def wait_until_refused(port: int) -> None:
    try:
        while True:
            socket.create_connection(("127.0.0.1", port), 30).close()
    except ConnectionError:
        return


def test_a_request_under_way_is_answered(host: Hosted) -> None:
    """SIGTERM waits for it, and no new connection is accepted."""
    document = json.dumps({"name": "A", "value": "x"}).encode()
    head = (
        f"POST /secrets HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(document)}\r\nExpect: 100-continue\r\n"
        f"Authorization: Bearer {host.token}\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", port_of(host)), 30) as connection:
        connection.sendall(head.encode())
        assert b" 100 " in connection.recv(1000)
        host.process.send_signal(signal.SIGTERM)
        wait_until_refused(port_of(host))
        connection.sendall(document)

        assert b" 201 " in connection.recv(10_000)
    assert host.process.wait(30) == 0


def test_a_slow_body_ends(host: Hosted) -> None:
    """However slowly it trickles in: the limit is for all of it."""
    head = (
        f"POST /secrets HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        f"Content-Length: 1000\r\nAuthorization: Bearer {host.token}\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", port_of(host)), 30) as connection:
        connection.sendall(head.encode())
        connection.settimeout(0.1)
        answer, sent = b"", 0
        while not answer and sent < 999:
            connection.sendall(b" ")
            sent += 1
            try:
                answer = connection.recv(1000)
            except TimeoutError:
                continue

    assert answer.startswith(b"HTTP/1.1 408 ")


def test_a_thousand_idle_connections(host: Hosted) -> None:
    """Whoever asks is answered, and the host holds no more than it has room for."""
    idle = [socket.create_connection(("127.0.0.1", port_of(host)), 30) for _ in range(MANY)]
    try:
        with client_of(host) as client:
            assert client.post("/secrets", json={"name": "A", "value": "x"}).status_code == 201
        held = list(Path(f"/proc/{host.process.pid}/fd").iterdir())
        assert len(held) < 600
    finally:
        for one in idle:
            one.close()


def forwarded(host: Hosted, **headers: str) -> httpx.Response:
    more = {name.replace("_", "-"): text for name, text in headers.items()}
    with client_of(host) as client:
        return client.post("/secrets", json={"name": "A", "value": "x"}, headers=more)


def noted_address(host: Hosted) -> object:
    with client_of(host) as client:
        newest = client.get("/audit", headers={"X-Forwarded-Proto": "https"}).json()["events"][0]
    return newest.get("address")


def test_forged_headers_change_no_audit_event(host: Hosted) -> None:
    """Neither the header of a proxy nor that of Cloudflare, whose code this also is."""
    answer = forwarded(host, X_Forwarded_For="6.6.6.6", CF_Connecting_IP="6.6.6.6")

    assert answer.status_code == 201
    assert noted_address(host) == "127.0.0.1"


def test_a_named_proxy_is_believed(tmp_path: Path) -> None:
    """For the caller's address, and for whether it came by https."""
    with hosted(tmp_path, "--behind-proxy", "127.0.0.1") as host:
        proxied = {"Host": "px.example", "X_Forwarded_For": "6.6.6.6, 9.8.7.6"}
        assert forwarded(host, **proxied).json()["code"] == "https_required"
        assert forwarded(host, **proxied, X_Forwarded_Proto="https").status_code == 201

        assert noted_address(host) == "9.8.7.6"


def certificate(folder: Path) -> tuple[Path, Path]:
    """Of 127.0.0.1, signed by itself: chain and key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name, now = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "px")]), datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    chain, private = folder / "chain.pem", folder / "key.pem"
    chain.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private.touch(0o600)
    private.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return chain, private


def test_tls(tmp_path: Path) -> None:
    """With a certificate, from 1.2 on; plain http on that port gets nothing."""
    chain, key = certificate(tmp_path)
    options = ("--tls-cert", str(chain), "--tls-key", str(key))
    with hosted(tmp_path, *options) as host:
        context = ssl.create_default_context(cafile=str(chain))
        url = host.url.replace("127.0.0.1", "localhost")
        headers = {"Authorization": f"Bearer {host.token}"}
        with httpx.Client(verify=context, trust_env=False, headers=headers) as client:
            assert client.get(f"{url}/secrets").json()["count"] == 0
        with pytest.raises(httpx.TransportError):
            httpx.get(url.replace("https", "http"), trust_env=False)
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        with httpx.Client(verify=context, trust_env=False) as client:
            assert client.get(f"{url}/status").status_code == 200

    key.chmod(0o644)
    assert refused(tmp_path, *options) == (2, "key_file_open")
    key.chmod(0o600)
    key.write_text("nothing")
    assert refused(tmp_path, *options) == (2, "bad_certificate")


def test_brains_run_there(tmp_path: Path) -> None:
    """Found as the Worker finds them; the keys are not in the environment that they see."""
    (tmp_path / "worker" / "brains").mkdir(parents=True)
    (tmp_path / "worker" / "brains" / "hello.py").write_text(BRAIN)
    with hosted(tmp_path, "--brains", "worker") as host:
        with client_of(host) as client:
            assert client.post("/secrets", json={"name": "KEY", "value": CANARY}).is_success
        done = Px(tmp_path, host.environment).run("brain", "run", "hello", "--watch", "--json")
        host.stop()

    assert done.returncode == 0, done.stderr
    events = [json.loads(line) for line in done.stdout.splitlines()]
    patches = [change for event in events for change in event.get("patch", [])]
    assert {one["path"]: one["value"] for one in patches} == {"/has": True, "/keys": False}
    assert CANARY not in done.stdout + done.stderr + host.log.read_text()


BRAIN = """
import os

from positronic import brain


@brain("hello").step("Ask")
async def hello(state, secrets):
    value = await secrets.get("KEY")
    print(value)
    return {"has": bool(value), "keys": "MASTER_KEYS" in os.environ}
"""


def test_a_run_does_not_outlive_its_host(tmp_path: Path) -> None:
    """After a kill, it is interrupted; it does not count against the limits for a day."""
    (tmp_path / "worker" / "brains").mkdir(parents=True)
    (tmp_path / "worker" / "brains" / "long.py").write_text(LONG_BRAIN)
    with hosted(tmp_path, "--brains", "worker") as host:
        started = Px(tmp_path, host.environment).run("brain", "run", "long")
        assert started.returncode == 0, started.stderr
        host.kill()
    with hosted(tmp_path, "--brains", "worker") as host, client_of(host) as client:
        found = client.get("/runs").json()["runs"]

    assert [one["status"] for one in found] == ["interrupted"]


def test_runs_survive_a_kill(tmp_path: Path) -> None:
    """What was told is told again, and it can be rerun; one that was under way is interrupted. No
    value is in a file, also where an event was stored before it was known to hold one."""
    (tmp_path / "worker" / "brains").mkdir(parents=True)
    (tmp_path / "worker" / "brains" / "two.py").write_text(TWO_BRAINS.format(value=CANARY))
    with hosted(tmp_path, "--brains", "worker") as host:
        px = Px(tmp_path, host.environment)
        px.run("secret", "create", "KEY", "--value", CANARY)
        done = px.run("brain", "run", "short", "--watch", "--json").stdout
        long = px.run("brain", "run", "long").stdout.strip()
        with client_of(host) as client:
            wait_until(lambda: "begun" in client.get(f"/brains/runs/{long}").text, "a step")
        host.kill()
    short = json.loads(done.splitlines()[0])["brainRunId"]
    with hosted(tmp_path, "--brains", "worker") as host:
        px = Px(tmp_path, host.environment)
        again = px.run("brain", "watch", short, "--json").stdout
        broken = json.loads(px.run("brain", "status", long, "--json").stdout)
        with client_of(host) as client:
            listed = client.get("/runs").json()["runs"]
        rerun = px.run("brain", "rerun", short, "--from", "2", "--watch", "--json")
        host.stop()

    assert again == done
    assert "[secret:KEY]" in done
    assert broken["status"] == "interrupted"
    assert broken["state"] == {"begun": True}
    assert {one["brainRunId"]: one["status"] for one in listed} == {
        short: "complete",
        long: "interrupted",
    }
    assert rerun.returncode == 0, rerun.stderr
    files = [one for one in (tmp_path / "px-data").rglob("*") if one.is_file()]
    assert [one.name for one in files if CANARY.encode() in one.read_bytes()] == []


TWO_BRAINS = """
import asyncio

from positronic import brain


@brain("short").step("Print")
def short(state):
    print("{value}")
    return {{**state, "printed": True}}


@short.step("Read")
async def short(state, secrets):
    await secrets.get("KEY")
    return {{**state, "read": True}}


@brain("long").step("Begin")
def long(state):
    return {{**state, "begun": True}}


@long.step("Wait")
async def long(state):
    await asyncio.sleep(600)
"""


LONG_BRAIN = """
import asyncio

from positronic import brain


@brain("long").step("Wait")
async def long(state, secrets):
    await asyncio.sleep(600)
"""


def test_a_brain_that_cannot_be_imported(tmp_path: Path) -> None:
    """The host does not start with half of its brains."""
    hosting.init(tmp_path)
    (tmp_path / "worker" / "brains").mkdir(parents=True)
    (tmp_path / "worker" / "brains" / "bad.py").write_text("import nothing_of_that_name\n")

    assert refused(tmp_path, "--brains", "worker") == (2, "invalid_brain")


def test_a_brain_starts_on_schedule(tmp_path: Path) -> None:
    """One that was due while no process ran, as another process had noted; after a kill and a
    restart it is still one run, of the schedule."""
    due = datetime.now(UTC) - timedelta(minutes=2)
    (tmp_path / "worker" / "brains").mkdir(parents=True)
    text = SCHEDULED_BRAIN.format(cron=f"{due.minute} {due.hour} * * *")
    (tmp_path / "worker" / "brains" / "daily.py").write_text(text)
    hosting.init(tmp_path)
    mark = tmp_path / "px-data" / "schedule"
    mark.touch(mode=0o600)
    mark.write_text(f"{due - timedelta(minutes=1):%Y-%m-%dT%H:%M:00Z}\n")

    with hosted(tmp_path, "--brains", "worker") as host, client_of(host) as client:
        wait_until(lambda: bool(client.get("/runs").json()["runs"]), "a run")
        host.kill()
    with hosted(tmp_path, "--brains", "worker") as host, client_of(host) as client:
        found = client.get("/runs").json()["runs"]
        (started,) = client.get("/audit", params={"action": "brain.run"}).json()["events"]
        host.stop()

    assert [one["brainTitle"] for one in found] == ["daily"]
    assert started["actor"]["name"] == "schedule"
    assert mark.read_text() > f"{due:%Y-%m-%dT%H:%M}"


SCHEDULED_BRAIN = """
from positronic import brain


@brain("daily").with_schedule("{cron}").step("Go")
def daily(state):
    return state
"""


def test_a_schedule_that_cannot_be_read(tmp_path: Path) -> None:
    """It is said at the start, and not at the time."""
    hosting.init(tmp_path)
    (tmp_path / "worker" / "brains").mkdir(parents=True)
    text = SCHEDULED_BRAIN.format(cron="59 23 LW * *")
    (tmp_path / "worker" / "brains" / "daily.py").write_text(text)

    assert refused(tmp_path, "--brains", "worker") == (2, "invalid_brain")
