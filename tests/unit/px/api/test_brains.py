"""What px makes of answers about brains and runs that have another shape than the contract's."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

import pytest

from px.api.brains import Brains
from px.api.client import Client
from px.api.runs import Order, Runs
from px.errors import NotReached, ServerFailed
from px.http.retry import Retry
from px.settings import make_target
from px.testing.dev_server import TestDevServer
from px.testing.faults import answer, cut, refusal, web_page
from support.brains import BRAINS
from support.event_streams import RUN, Document

STEP: Document = {"type": "step", "title": "One"}
STRUCTURE: Document = {"title": "b", "steps": [STEP]}
RUNNING: Document = {
    "brainRunId": RUN,
    "brainTitle": "b",
    "status": "running",
    "createdAt": "2026-11-24T00:00:00.000Z",
    "steps": [{"title": "One", "status": "pending"}],
    "state": {},
}
ORDER = Order("b", {})
Call = Callable[[Client], object]


@pytest.fixture
def client(server: TestDevServer) -> Iterator[Client]:
    target = make_target(server.url, server.token)
    with Client(target, Retry(5, pause=lambda _: None)) as made:
        yield made


def deep(levels: int) -> Document:
    found = STRUCTURE
    for _ in range(levels):
        found = {"title": "b", "steps": [{"type": "brain", "title": "in", "innerBrain": found}]}
    return found


@pytest.mark.parametrize(
    ("call", "status", "document"),
    [
        (lambda client: Brains(client).list(), 200, {}),
        (lambda client: Brains(client).list(), 200, []),
        (lambda client: Brains(client).list(), 200, {"brains": [{"title": "b"}]}),
        (lambda client: Brains(client).list(), 200, {"brains": [{"title": 1, "steps": 1}]}),
        (lambda client: Brains(client).list(), 200, {"brains": [{"title": "b", "steps": -1}]}),
        (
            lambda client: Brains(client).list(),
            200,
            {"brains": [{"title": "b", "steps": 1, "description": 1}]},
        ),
        (lambda client: Brains(client).show("b"), 200, {"title": "b"}),
        (lambda client: Brains(client).show("b"), 200, {"title": "b", "steps": [{"type": "step"}]}),
        (
            lambda client: Brains(client).show("b"),
            200,
            {"title": "b", "steps": [{**STEP, "type": "x"}]},
        ),
        (
            lambda client: Brains(client).show("b"),
            200,
            {"title": "b", "steps": [{**STEP, "type": "brain"}]},
        ),
        (lambda client: Brains(client).show("b"), 200, deep(60)),
        (lambda client: Runs(client).start(ORDER), 201, {}),
        (lambda client: Runs(client).start(ORDER), 201, {"brainRunId": "a b\n"}),
        (lambda client: Runs(client).start(ORDER), 200, {"brainRunId": RUN}),
        (lambda client: Runs(client).rerun(RUN, 1, None), 201, {"brainRunId": 1}),
        (lambda client: Runs(client).status(RUN), 200, RUNNING | {"status": "odd"}),
        (lambda client: Runs(client).status(RUN), 200, RUNNING | {"createdAt": "today"}),
        (lambda client: Runs(client).status(RUN), 200, RUNNING | {"completedAt": 1}),
        (lambda client: Runs(client).status(RUN), 200, RUNNING | {"state": []}),
        (lambda client: Runs(client).status(RUN), 200, RUNNING | {"steps": [{"title": "One"}]}),
        (lambda client: Runs(client).status(RUN), 200, RUNNING | {"error": {"name": "E"}}),
    ],
)
def test_what_has_another_shape_is_none_of_ours(
    server: TestDevServer, client: Client, call: Call, status: int, document: object
) -> None:
    """px shows nothing of it."""
    server.fail_next(answer(status, json.dumps(document).encode()))

    with pytest.raises(ServerFailed, match="is not the Positronic API"):
        call(client)


def test_a_web_page_is_none_of_ours(server: TestDevServer, client: Client) -> None:
    """For a start too: it is not asked for again."""
    server.fail_next(web_page())

    with pytest.raises(ServerFailed):
        Runs(client).start(ORDER)

    assert len(server.calls) == 1


def test_the_contracts_shapes_are_read(server: TestDevServer, client: Client) -> None:
    """The same documents as above, whole."""
    server.fail_next(*(answer(200, json.dumps(one).encode()) for one in (deep(40), RUNNING)))

    parts = Brains(client).show("b").parts
    run = Runs(client).status(RUN)

    assert (len(parts), parts[-1].number) == (41, ".".join(["1"] * 41))
    assert (run.id, run.steps, run.completed_at) == (RUN, (("One", "pending"),), None)


@pytest.mark.parametrize("fault", [cut, refusal(500, "internal"), refusal(503, "store_failed")])
def test_a_start_that_may_have_happened_is_uncertain(fault: object) -> None:
    """It is asked for once, and the hint says how to find out."""
    with TestDevServer(BRAINS) as server:
        server.fail_next(fault)  # type: ignore[arg-type]
        with (
            Client(make_target(server.url, server.token), Retry(5)) as client,
            pytest.raises((ServerFailed, NotReached)) as caught,
        ):
            Runs(client).start(Order("using", {}))

    assert "may have started" in caught.value.message
    assert len(server.calls) == 1


def test_a_start_that_was_not_sent_is_certain() -> None:
    """Nothing listens there."""
    with TestDevServer() as server:
        target = make_target(server.url, server.token)

    with Client(target, Retry(5)) as client, pytest.raises(NotReached) as caught:
        Runs(client).start(ORDER)

    assert caught.value.hint == ""
