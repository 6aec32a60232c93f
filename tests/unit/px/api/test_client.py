"""The client against the real API, and against everything that can stand in its place."""

from __future__ import annotations

import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from positronic.names import parse_app, parse_name, parse_value
from px.api.adoption import adopt, repair
from px.api.client import Client
from px.api.grants import Grants
from px.api.keys import Keys
from px.api.secrets import Secrets
from px.errors import NotAllowed, NotReached, PxError, Refused, ServerFailed
from px.http.retry import Retry
from px.settings import make_target
from px.testing import faults
from px.testing.dev_server import TestDevServer

NAME = parse_name("API_KEY")
CANARY = "canary-4711\nsecond canary line"
VALUE = parse_value(CANARY)


def paths(server: TestDevServer) -> list[str]:
    return [f"{call.method} {call.path}" for call in server.calls]


def test_a_value_arrives_byte_for_byte(server: TestDevServer, secrets: Secrets) -> None:
    """Whatever UTF-8 can carry is stored as it was sent."""
    text = 'emoji \U0001f512 "quotes" \\ \r\n\n'

    secrets.create(NAME, parse_value(text))

    assert server.values() == {"API_KEY": text}


def test_an_update_keeps_the_first_date(secrets: Secrets) -> None:
    """The second write answers with the first one's createdAt."""
    first = secrets.create(NAME, VALUE)

    assert secrets.create(NAME, VALUE).created_at == first.created_at


def test_a_list_is_read_to_its_end(server: TestDevServer, secrets: Secrets) -> None:
    """Pages are followed until there is no cursor."""
    server.seed({f"N{number:04}": "x" for number in range(1001)})

    assert (len(list(secrets.list())), len(server.calls)) == (1001, 2)


def test_exists_says_both(secrets: Secrets) -> None:
    """True after the write, false for another name."""
    secrets.create(NAME, VALUE)

    known, unknown = secrets.standing(NAME), secrets.standing(parse_name("OTHER"))
    assert (known, unknown) == ((True, True), (False, False))


def test_a_missing_secret_cannot_be_deleted(secrets: Secrets) -> None:
    """Deleting what is not there is refused by the server."""
    with pytest.raises(Refused) as caught:
        secrets.delete(NAME)

    assert caught.value.code == "not_found"


def test_a_delete_whose_answer_was_lost_counts(server: TestDevServer, secrets: Secrets) -> None:
    """The second attempt gets the answer of the first one, not 404."""
    server.seed({"API_KEY": "x"})
    server.fail_next(faults.cut)

    secrets.delete(NAME)

    assert paths(server) == ["DELETE /secrets/API_KEY"] * 2


def test_a_404_after_a_429_is_a_404(server: TestDevServer, secrets: Secrets) -> None:
    """Nothing was done by an attempt that the server turned away before it."""
    server.fail_next(faults.refusal(429, "rate_limited", Retry_After="0"))

    with pytest.raises(Refused):
        secrets.delete(NAME)


def test_a_503_is_asked_again(server: TestDevServer, secrets: Secrets) -> None:
    """One bad moment of the server is not the user's business."""
    server.fail_next(faults.answer(503), faults.refusal(502, "store_failed"))

    secrets.create(NAME, VALUE)

    assert paths(server) == ["POST /secrets"] * 3


def test_a_broken_connection_is_asked_again(server: TestDevServer, secrets: Secrets) -> None:
    """A half answer is no answer."""
    server.fail_next(faults.cut)

    assert secrets.create(NAME, VALUE).name == "API_KEY"


@pytest.mark.parametrize(
    "fault",
    [
        faults.web_page(),
        faults.web_page(404),
        faults.answer(201, b'{"name": "API_KEY"}'),
        faults.answer(201, b'{"name": "\x1b[2J", "createdAt": "", "updatedAt": ""}'),
        faults.answer(201, b"\xff\xfe"),
        faults.answer(201, b"[" * 100_000),
        faults.answer(204),
        faults.answer(200, b"{}"),
        faults.answer(400, b'{"error": 1, "code": 2}'),
    ],
)
def test_a_stranger_is_told_apart(
    server: TestDevServer, secrets: Secrets, fault: faults.Fault
) -> None:
    """What does not answer as the contract says is no Positronic server."""
    server.fail_next(fault)

    with pytest.raises(ServerFailed) as caught:
        secrets.create(NAME, VALUE)

    assert caught.value.code == "unexpected_answer"


@pytest.mark.parametrize("status", [401, 403])
def test_not_allowed_has_its_own_class(
    server: TestDevServer, secrets: Secrets, status: int
) -> None:
    """A refusal of the API's own."""
    server.fail_next(faults.refusal(status, "forbidden"))

    with pytest.raises(NotAllowed):
        secrets.exists(NAME)


@pytest.mark.parametrize("status", [200, 201, 400, 401, 403, 404, 407, 451, 500, 503])
def test_a_page_of_a_firewall_is_not_taken_for_the_apis_answer(
    server: TestDevServer, secrets: Secrets, status: int
) -> None:
    """Whatever its status: what it is, who was asked, and no word about the token's rights."""
    server.fail_next(*[faults.web_page(status)] * 4)

    with pytest.raises(ServerFailed) as caught:
        secrets.exists(NAME)

    assert caught.value.message == (
        f"the server at {server.url} is not the Positronic API (HTML, status {status}): "
        "a proxy or firewall in between?"
    )


@pytest.mark.parametrize(
    ("status", "body", "said"),
    [
        (403, b"error code: 1010", "error 1010: its owner's firewall rules block px"),
        (403, b'<html><span class="cf-error-code">1020</span>', "error 1020: its owner's"),
        (522, b"", "error 522: it cannot reach the server behind it"),
        (530, b"error code: 1016", "error 1016: no Worker runs at"),
        (500, b"error code: 1101", "error 1101: the Worker failed"),
        (429, b"error code: 1015", "error 1015: too many requests"),
    ],
)
def test_a_page_of_cloudflares_is_named(
    server: TestDevServer, secrets: Secrets, status: int, body: bytes, said: str
) -> None:
    """Cloudflare's network answers in a Worker's place; its number says why."""
    server.fail_next(*[faults.answer(status, body, {"Server": "cloudflare"})] * 4)

    with pytest.raises(ServerFailed) as caught:
        secrets.exists(NAME)

    assert f"instead of the Worker, with {said}" in caught.value.message
    assert caught.value.hint


def test_a_wrong_token_is_not_allowed(server: TestDevServer) -> None:
    """The server's own words come through."""
    with (
        Client(make_target(server.url, "wrong-token")) as stranger,
        pytest.raises(NotAllowed, match="not valid"),
    ):
        Secrets(stranger).exists(NAME)


@pytest.mark.parametrize("status", [400, 409, 413])
def test_a_refusal_is_refused(server: TestDevServer, secrets: Secrets, status: int) -> None:
    """The server's no keeps its code."""
    server.fail_next(faults.refusal(status, "conflict", "read again"))

    with pytest.raises(Refused, match="read again") as caught:
        secrets.create(NAME, VALUE)

    assert caught.value.code == "conflict"


@pytest.mark.parametrize("status", [400, 401, 500])
def test_a_value_that_comes_back_is_not_shown(
    server: TestDevServer, secrets: Secrets, status: int
) -> None:
    """A careless server's sentence is dropped when it repeats what was sent."""
    server.fail_next(faults.echo(status))

    with pytest.raises(PxError) as caught:
        secrets.create(NAME, parse_value("canary-4711"))

    assert "canary" not in str(caught.value)


def test_a_sentence_cannot_steer_the_terminal(server: TestDevServer, secrets: Secrets) -> None:
    """Control characters in an answer are not passed on."""
    server.fail_next(faults.refusal(400, "invalid_value", "\x1b[2Jgone"))

    with pytest.raises(Refused) as caught:
        secrets.create(NAME, VALUE)

    assert caught.value.message == "the server answered invalid_value"


def test_an_endless_list_ends(server: TestDevServer, secrets: Secrets) -> None:
    """A cursor that comes twice is a stranger's."""
    page = faults.answer(200, b'{"secrets": [], "count": 0, "cursor": "again"}')
    server.fail_next(page, page)

    with pytest.raises(ServerFailed):
        list(secrets.list())


def test_a_server_that_is_down_is_not_reached() -> None:
    """Connection refused is a sentence with the address, and the token is not in it."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
    target = make_target(url, "canary-token")

    with (
        Client(target, Retry(10, pause=lambda _: None)) as client,
        pytest.raises(NotReached, match="connection refused") as caught,
    ):
        Secrets(client).create(NAME, VALUE)

    assert (caught.value.uncertain, "canary" in str(caught.value)) == (False, False)


def test_a_server_that_hangs_is_left(server: TestDevServer) -> None:
    """The timeout ends the call, and what was sent may have been done."""
    server.fail_next(faults.hang)
    target = make_target(server.url, server.token, timeout=0.2)

    with Client(target) as client, pytest.raises(NotReached, match="in time") as caught:
        Secrets(client).create(NAME, VALUE)

    assert caught.value.uncertain


def test_what_does_not_speak_http_is_not_reached() -> None:
    """Another protocol on the port ends in a sentence."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        target = make_target(url, "t", timeout=0.2)

        with Client(target) as client, pytest.raises(NotReached):
            Secrets(client).exists(NAME)


def test_the_project_travels_in_a_header(server: TestDevServer) -> None:
    """Root names the project; another one does not see its secrets."""
    from positronic.names import parse_project

    target = make_target(server.url, server.token, project=parse_project("other"))
    with Client(target) as client:
        Secrets(client).create(NAME, VALUE)

    assert (server.values(), list(server.values("other"))) == ({}, ["API_KEY"])


def test_a_proxy_is_not_used_for_loopback(
    server: TestDevServer, secrets: Secrets, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A local Worker is asked directly, whatever the environment says."""
    for name in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")

    assert secrets.exists(NAME) is False


def test_a_body_that_came_too_slowly_is_tried_again(
    server: TestDevServer, secrets: Secrets
) -> None:
    """Nothing was done, and the next attempt may be faster."""
    server.fail_next(faults.refusal(408, "request_timeout"))

    secrets.create(parse_name("A"), parse_value("v"))

    assert server.values() == {"A": "v"}


def test_bodies_that_keep_coming_too_slowly_are_the_servers_failure(
    server: TestDevServer, secrets: Secrets
) -> None:
    """Exit code 5 with a hint; certain that nothing was done."""
    server.fail_next(*[faults.refusal(408, "request_timeout", "too slow")] * 9)

    with pytest.raises(ServerFailed) as caught:
        secrets.create(parse_name("A"), parse_value("v"))

    assert (caught.value.code, caught.value.uncertain) == ("request_timeout", False)
    assert "fewer or smaller values" in caught.value.hint


UNDONE = ("adopting", "audit_unavailable", "busy", "not_configured")
GONE = faults.refusal(409, "conflict")
KEYLESS = faults.refusal(503, "not_configured")
CHANGES = faults.refusal(503, "busy")
UNKNOWN = faults.refusal(502, "outcome_unknown")


@pytest.mark.parametrize(
    ("attempts", "uncertain"),
    [
        *(([faults.refusal(503, code)] * 4, False) for code in UNDONE),
        ([faults.refusal(507, "ledger_full")], False),
        ([CHANGES, CHANGES, GONE], False),
        ([faults.refusal(429, "rate_limited"), GONE], False),
        ([UNKNOWN, GONE], True),
        ([UNKNOWN, *[CHANGES] * 3], True),
        ([faults.cut, *[KEYLESS] * 3], True),
        ([faults.cut, *[faults.refusal(503, "adopting")] * 3], False),
        ([faults.answer(503), GONE], True),
    ],
)
def test_every_attempt_counts_for_what_may_be_done(
    server: TestDevServer, secrets: Secrets, attempts: list[faults.Fault], uncertain: bool
) -> None:
    """An attempt of which the server says that it did nothing leaves no doubt; others do."""
    server.fail_next(*attempts)

    with pytest.raises(PxError) as caught:
        secrets.create(NAME, VALUE)

    assert caught.value.uncertain is uncertain


@pytest.mark.parametrize(("first", "uncertain"), [(CHANGES, False), (UNKNOWN, True)])
def test_what_is_not_there_was_not_deleted(
    server: TestDevServer, secrets: Secrets, first: faults.Fault, uncertain: bool
) -> None:
    """Whatever became of the first attempt: its answer would have been given again."""
    server.fail_next(first)

    with pytest.raises(Refused) as caught:
        secrets.delete(NAME)

    assert (caught.value.code, caught.value.uncertain) == ("not_found", uncertain)


def test_what_may_be_done_is_known_without_the_folder(
    server: TestDevServer, secrets: Secrets, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A lost attempt is one, whatever became of the folder that px was called in."""
    folder = tmp_path / "gone"
    folder.mkdir()
    monkeypatch.chdir(folder)
    folder.rmdir()
    server.fail_next(faults.cut, GONE)

    with pytest.raises(Refused) as caught:
        secrets.create(NAME, VALUE)

    assert (caught.value.code, caught.value.uncertain) == ("conflict", True)


def test_a_grant_that_stays_is_not_said_to_be_gone(server: TestDevServer) -> None:
    """One of the names is not granted, so nothing is taken back, whatever became of the answer."""
    shop, names = parse_app("shop"), [parse_name("A"), parse_name("B")]
    retry = Retry(9, lambda _: None)
    with Client(make_target(server.url, server.token), retry) as client:
        Grants(client).add(shop, names[:1])
        server.fail_next(faults.cut)

        with pytest.raises(Refused) as caught:
            Grants(client).remove(shop, names)

        assert (caught.value.code, caught.value.uncertain) == ("not_found", True)
        assert [(grant.app, *grant.names) for grant in Grants(client).list()] == [("shop", "A")]


@pytest.mark.parametrize(
    ("step", "told"),
    [
        (lambda client: Keys(client).rotate(), "some records may have been re-sealed"),
        (lambda client: adopt(client, lambda *_: None), "some entries may have been adopted"),
        (repair, "some copies may be due"),
    ],
    ids=["rotate", "adopt", "repair"],
)
def test_a_step_of_many_changes_may_have_made_some(
    server: TestDevServer, step: Callable[[Client], object], told: str
) -> None:
    """The last one was refused; those before it stay."""
    server.fail_next(*[CHANGES] * 4)

    retry = Retry(9, lambda _: None)
    with (
        Client(make_target(server.url, server.token, project=None), retry) as client,
        pytest.raises(ServerFailed) as caught,
    ):
        step(client)

    assert caught.value.uncertain
    assert told in caught.value.message
