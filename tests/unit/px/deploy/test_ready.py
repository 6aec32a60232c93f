"""Waiting for a deployed Worker: bounded, patient with what passes, and not with another Worker."""

from __future__ import annotations

from functools import partial

import pytest

from positronic.names import parse_token_name
from px.api.client import Client
from px.api.tokens import Tokens
from px.deploy.ready import Patience, wait_for_status, wait_for_token
from px.errors import NotAllowed, NotReached, PxError, ServerFailed
from px.local.port import free_port
from px.settings import Target, make_target
from px.testing.dev_server import TestDevServer
from px.testing.faults import web_page


def target(server: TestDevServer, token: str = "") -> Target:
    return make_target(server.url, token or server.token, source=".env.deploy")


def test_a_worker_that_is_ready_is_not_waited_for(server: TestDevServer) -> None:
    """One call, without the token."""
    wait_for_status(target(server), Patience(0))

    assert [(one.method, one.path) for one in server.calls] == [("GET", "/status")]


def test_what_passes_is_waited_for(server: TestDevServer) -> None:
    """With longer and longer pauses."""
    pauses: list[float] = []
    server.fail_next(web_page(404), web_page(503), web_page())

    wait_for_status(target(server), Patience(60, pause=pauses.append))

    assert pauses == [0.25, 0.5, 1.0]


def test_an_address_without_a_server_ends_with_why() -> None:
    """A name that is new in DNS may need longer than we wait: run it again."""
    nobody = make_target(f"http://127.0.0.1:{free_port()}", "token")

    with pytest.raises(NotReached, match="connection refused") as caught:
        wait_for_status(nobody, Patience(0.1))

    assert "run `px deploy` again" in caught.value.hint


def test_a_worker_without_keys_is_not_ready(server: TestDevServer) -> None:
    """The time is bounded, and the sentence says what it answered."""
    server.configure(master_keys="")

    with pytest.raises(ServerFailed, match=r"is not ready \(status 503\)"):
        wait_for_status(target(server), Patience(0.1))


def test_a_token_that_the_worker_does_not_take_is_no_success(server: TestDevServer) -> None:
    """The hint names both ways out."""
    with pytest.raises(NotAllowed, match=r"refuses the root token from \.env\.deploy") as caught:
        wait_for_token(target(server, "another"), None, Patience(0))

    assert "--new-root-token" in caught.value.hint
    assert "PX_URL" in caught.value.hint


def test_another_workers_address_is_noticed(server: TestDevServer) -> None:
    """Its newest key is not the one that was just made."""
    with pytest.raises(PxError, match="is not the one just deployed"):
        wait_for_token(target(server), "k20261124-abcdef", Patience(0))


def test_the_key_that_was_made_is_seen(server: TestDevServer) -> None:
    """By its id, of which the Worker makes no secret."""
    with_keys = server.service.settings.master_keys

    wait_for_token(target(server), with_keys.partition(":")[0], Patience(0))


def test_a_deployers_token_is_enough_and_a_runners_is_not(server: TestDevServer) -> None:
    """px says which role the token lacks, and which one to make."""
    with Client(target(server)) as client:
        issue = partial(Tokens(client).issue, parse_token_name("ci"), expires_in=None)
        deployer, runner = issue("deployer").text, issue("runner").text

    wait_for_token(target(server, deployer), None, Patience(0))
    with pytest.raises(NotAllowed, match="needs the role deployer") as caught:
        wait_for_token(target(server, runner), None, Patience(0))

    assert caught.value.code == "forbidden"
    assert "--role deployer" in caught.value.hint
