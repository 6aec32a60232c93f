"""`px doctor` on the server."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace

import httpx
import pytest
import respx

from positronic.access import tokens
from positronic.names import Project
from px.doctor.finding import Finding
from px.doctor.server import check_server
from px.doctor.surroundings import Surroundings
from px.keys.recovery_file import RecoveryFile
from px.project.master_key import MasterKey
from px.settings import make_target
from px.testing import faults
from px.testing.dev_server import TestDevServer
from support.doctor import statuses


def make_token(server: TestDevServer, role: str, expires_in: int | None = None) -> str:
    body = {"name": "test", "role": role} | ({"expiresIn": expires_in} if expires_in else {})
    headers = {"Authorization": f"Bearer {server.token}"}
    answer = httpx.post(f"{server.url}/tokens", json=body, headers=headers, trust_env=False)
    return str(answer.json()["token"])


def _check(server: TestDevServer, token: str | None = None) -> dict[str, Finding]:
    target = make_target(server.url, token or server.token, timeout=10)
    return {found.check: found for found in check_server(target)}


def test_all_is_well(server: TestDevServer) -> None:
    """Reached, accepted, root, keys, clock."""
    found = _check(server)

    assert statuses(list(found.values())) == [
        *(("server", "ok"), ("clock", "ok"), ("access", "ok"), ("role", "ok"), ("keys", "ok")),
        *(("records", "skip"), ("copies", "ok"), ("backup", "ok")),
    ]
    assert found["role"].message == "root"


@pytest.mark.parametrize(
    ("role", "words"),
    [
        ("admin", ("admin",)),
        ("writer", ("writer", "reader or writer")),
        ("reader", ("reader", "reader or writer")),
        ("deployer", ("deployer",)),
        ("runner", ("runner",)),
    ],
)
def test_the_role_is_told_by_reading(
    server: TestDevServer, role: str, words: Sequence[str]
) -> None:
    """Nothing is written to find out; where reads do not tell, it says so."""
    found = _check(server, make_token(server, role))

    assert found["role"].message in words
    assert found["access"].status == "ok"
    assert found["keys"].status == ("ok" if role == "admin" else "skip")
    assert found["copies"].status == ("skip" if role in ("deployer", "runner") else "ok")
    assert {call.method for call in server.calls[1:]} == {"GET"}


def test_a_wrong_token_fails(server: TestDevServer) -> None:
    """The server's word; what follows from it is skipped."""
    found = _check(server, tokens.mint_root(lambda size: b"x" * size))

    assert statuses(list(found.values()))[2:] == [
        *(("access", "fail"), ("role", "skip"), ("keys", "skip")),
        *(("records", "skip"), ("copies", "skip"), ("backup", "skip")),
    ]


@pytest.mark.parametrize(("days", "status"), [(3, "warn"), (30, "ok")])
def test_a_token_that_expires_soon(server: TestDevServer, days: int, status: str) -> None:
    """A week before, it is a warning."""
    found = _check(server, make_token(server, "admin", days * 86_400))

    assert found["expiry"].status == status


def test_a_token_without_end(server: TestDevServer) -> None:
    """It says so."""
    assert "does not expire" in _check(server, make_token(server, "admin"))["expiry"].message


@pytest.mark.parametrize(
    "fault",
    [
        faults.refusal(503, "not_configured", "MASTER_KEYS is missing"),
        faults.web_page(200),
        faults.web_page(500),
        faults.redirect("https://elsewhere.dev/"),
        faults.cut,
        faults.answer(200, b"\xff"),
    ],
)
def test_what_is_no_ready_server_fails(server: TestDevServer, fault: faults.Fault) -> None:
    """In one line, and nothing more is asked."""
    server.fail_next(fault)

    found = _check(server)

    assert found["server"].status == "fail"
    assert {found[name].status for name in ("access", "role", "keys", "clock")} == {"skip"}
    assert len(server.calls) == 1


def test_keys_that_are_lost_fail(server: TestDevServer) -> None:
    """Records under a key that the Worker lacks are told by its id."""
    server.seed({"A": "1"})
    server.configure(master_keys="other:" + "A" * 43 + "=")

    found = _check(server)

    assert (found["keys"].status, "test" in found["keys"].message) == ("fail", True)


@pytest.mark.parametrize(
    ("ahead", "status", "words"),
    [(0, "ok", "matches"), (3600, "warn", "ahead of"), (-3600, "warn", "behind")],
)
def test_the_clocks_are_compared(
    server: TestDevServer, ahead: int, status: str, words: str
) -> None:
    """By the server's Date header; a minute is let pass."""
    target = make_target(server.url, server.token)

    found = {one.check: one for one in check_server(target, lambda: time.time() + ahead)}

    assert (found["clock"].status, words in found["clock"].message) == (status, True)


def test_a_server_without_a_date(respx_mock: respx.MockRouter) -> None:
    """Its clock is not known, and px says so: workerd on this machine sends none."""
    respx_mock.get("/status").respond(json={"ready": True})
    respx_mock.route().respond(401, json={"error": "no", "code": "unauthenticated"})
    target = make_target("https://h.dev", tokens.mint_root(bytes))

    found = {one.check: one for one in check_server(target)}

    assert (found["clock"].status, found["server"].status) == ("skip", "ok")


def test_all_questions_share_one_time_limit(server: TestDevServer) -> None:
    """A server that answers once and then hangs does not get the time twice."""
    server.fail_next(None, faults.hang)
    target = make_target(server.url, server.token, timeout=0.3)

    found = {one.check: one for one in check_server(target)}

    assert (found["access"].status, found["role"].status) == ("fail", "skip")
    assert "no answer in time" in found["access"].message
    assert len(server.calls) == 2


@pytest.mark.parametrize(
    ("source", "hint"),
    [
        (".px/local.json", "start `px dev`"),
        ("PX_TOKEN", "check the network, and the address from --url"),
    ],
)
def test_a_server_that_is_not_there_has_a_hint(source: str, hint: str) -> None:
    """It depends on where the address is from."""
    target = make_target("http://127.0.0.1:9", tokens.mint_root(bytes), source=source)

    found = next(check_server(replace(target, address_source="--url")))

    assert (found.check, found.status, found.hint) == ("server", "fail", hint)


def test_a_token_for_another_project_does_not_open_this_one(server: TestDevServer) -> None:
    """The server's 403 is a line with a mend, and what follows is not asked."""
    token = make_token(server, "admin")
    target = make_target(server.url, token, project=Project("other"), source="PX_TOKEN")

    found = {one.check: one for one in check_server(target)}

    assert (found["access"].status, found["role"].status) == ("fail", "skip")
    assert found["access"].hint.endswith("the token from PX_TOKEN")


OTHER = "A" * 43 + "="


def test_records_that_do_not_open_fail_whatever_their_key_id_says(server: TestDevServer) -> None:
    """A key that was made anew under the same id is another key."""
    server.seed({"OLD": "1", "OLDER": "2"})
    server.configure(master_keys=f"test:{OTHER}")
    server.seed({"NEW": "3"})

    found = _check(server)

    assert found["keys"].status == "ok"
    assert "opens" not in found["keys"].message
    assert found["records"].status == "fail"
    assert found["records"].message == (
        "3 of 3 secrets tried, but the Worker's keys do not open 2: OLD, OLDER"
    )


def test_a_bounded_number_of_records_is_tried(server: TestDevServer) -> None:
    """Twenty, and it says so; among them those that nobody has written for longest."""
    server.seed({f"N{number:03}": "1" for number in range(60)})

    found = _check(server)

    tried = [call.path for call in server.calls if call.path.endswith("/exists")]
    assert (found["records"].status, len(set(tried))) == ("ok", 20)
    assert found["records"].message == "20 of 60 secrets tried, all open"


def test_records_are_tried_with_a_readers_token_too(server: TestDevServer) -> None:
    """It may ask whether a secret exists."""
    server.seed({"A": "1"})

    assert _check(server, make_token(server, "reader"))["records"].status == "ok"


@pytest.mark.parametrize(("key_id", "status"), [("test", "ok"), ("gone", "fail")])
def test_the_recovery_file_is_compared_with_the_newest_key(
    server: TestDevServer, around: Surroundings, key_id: str, status: str
) -> None:
    """A file for a key that the Worker does not seal with brings nothing back."""
    (around.folder / "wrangler.toml").write_text('name = "w"\n')
    file = RecoveryFile(around.folder / ".px" / "recovery-w.json")
    file.write(MasterKey(key_id, OTHER), "w", "correct horse battery")
    target = make_target(server.url, server.token, source=".env.deploy")

    found = {one.check: one for one in check_server(target, around=around)}

    assert found["recovery"].status == status
    assert key_id in found["recovery"].message


def test_a_local_worker_needs_no_recovery_file(server: TestDevServer, around: Surroundings) -> None:
    """Its keys are in .dev.vars."""
    target = make_target(server.url, server.token, source=".px/local.json")

    assert "recovery" not in {one.check for one in check_server(target, around=around)}
