"""Half-sent bodies to the real Worker: they hold nobody up, and end in time."""

from __future__ import annotations

import json

import pytest

from support.waiting import wait_until
from worker.half_sent import two_half_sent, write_large
from worker.main_worker import ProjectApi
from worker.test_tokens import issue, use


def code(answer: tuple[int, str]) -> tuple[int, str]:
    return answer[0], json.loads(answer[1])["code"]


@pytest.mark.parametrize("chunked", [False, True])
def test_a_half_sent_body_holds_nobody_up(api: ProjectApi, chunked: bool) -> None:
    """A third large body is refused; others write and delete, the token is revoked, and then the
    half-sent ones get 401 and have written nothing."""
    token = issue(api, "writer")
    with two_half_sent(api, token, chunked=chunked) as held:
        refused = write_large(api)
        written = api.put("A", "v")
        deleted = api.call("DELETE", "/secrets/A")
        revoked = api.call("DELETE", f"/tokens/{token.id}")
        are_answered = any(one.is_answered for one in held)
        answers = [one.finish() for one in held]

    assert (refused.json()["code"], refused.headers["Retry-After"]) == ("rate_limited", "2")
    assert [one.status_code for one in (written, deleted, revoked)] == [201, 204, 204]
    assert not are_answered
    assert [code(each) for each in answers] == [(401, "unauthenticated")] * 2
    assert not api.names() & {"SLOW", "SLOWER"}
    assert write_large(api).status_code == 201


def test_whoever_hangs_up_frees_the_seat(api: ProjectApi) -> None:
    """Before its time is over: an older half-sent body still waits for its rest."""
    token = issue(api, "writer")
    with two_half_sent(api, token) as (older, younger):
        younger.connection.close()
        wait_until(lambda: write_large(api).status_code == 201, "the seat is free")
        is_answered = older.is_answered
        answer = older.finish()

    assert (is_answered, answer[0]) == (False, 201)


def test_a_body_that_does_not_end_is_answered_408(api: ProjectApi) -> None:
    """One that stops, and one that trickles a byte a second; both seats are free then."""
    token = issue(api, "writer")
    with two_half_sent(api, token) as (silent, trickling):
        trickling.trickle()
        answers = [silent.answer(), trickling.answer()]

    assert [code(each) for each in answers] == [(408, "request_timeout")] * 2
    assert write_large(api).status_code == 201
    assert api.names() == {"LARGE"}
    assert use(api, token).status_code == 200
