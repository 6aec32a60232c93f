"""What px makes of answers about brains and runs that have another shape than the contract's."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

import pytest

from px.api.brains import Brains, Order
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
Call = Callable[[Brains], object]


@pytest.fixture
def brains(server: TestDevServer) -> Iterator[Brains]:
    target = make_target(server.url, server.token)
    with Brains(target, Retry(5, pause=lambda _: None)) as made:
        yield made


def deep(levels: int) -> Document:
    found = STRUCTURE
    for _ in range(levels):
        found = {"title": "b", "steps": [{"type": "brain", "title": "in", "innerBrain": found}]}
    return found


@pytest.mark.parametrize(
    ("call", "status", "document"),
    [
        (Brains.list, 200, {}),
        (Brains.list, 200, []),
        (Brains.list, 200, {"brains": [{"title": "b"}]}),
        (Brains.list, 200, {"brains": [{"title": 1, "steps": 1}]}),
        (Brains.list, 200, {"brains": [{"title": "b", "steps": -1}]}),
        (Brains.list, 200, {"brains": [{"title": "b", "steps": 1, "description": 1}]}),
        (lambda brains: brains.show("b"), 200, {"title": "b"}),
        (lambda brains: brains.show("b"), 200, {"title": "b", "steps": [{"type": "step"}]}),
        (lambda brains: brains.show("b"), 200, {"title": "b", "steps": [{**STEP, "type": "x"}]}),
        (
            lambda brains: brains.show("b"),
            200,
            {"title": "b", "steps": [{**STEP, "type": "brain"}]},
        ),
        (lambda brains: brains.show("b"), 200, deep(60)),
        (lambda brains: brains.start(ORDER), 201, {}),
        (lambda brains: brains.start(ORDER), 201, {"brainRunId": "a b\n"}),
        (lambda brains: brains.start(ORDER), 200, {"brainRunId": RUN}),
        (lambda brains: brains.rerun(RUN, 1, None), 201, {"brainRunId": 1}),
        (lambda brains: brains.status(RUN), 200, RUNNING | {"status": "odd"}),
        (lambda brains: brains.status(RUN), 200, RUNNING | {"createdAt": "today"}),
        (lambda brains: brains.status(RUN), 200, RUNNING | {"completedAt": 1}),
        (lambda brains: brains.status(RUN), 200, RUNNING | {"state": []}),
        (lambda brains: brains.status(RUN), 200, RUNNING | {"steps": [{"title": "One"}]}),
        (lambda brains: brains.status(RUN), 200, RUNNING | {"error": {"name": "E"}}),
    ],
)
def test_what_has_another_shape_is_none_of_ours(
    server: TestDevServer, brains: Brains, call: Call, status: int, document: object
) -> None:
    """px shows nothing of it."""
    server.fail_next(answer(status, json.dumps(document).encode()))

    with pytest.raises(ServerFailed, match="is not the Positronic API"):
        call(brains)


def test_a_web_page_is_none_of_ours(server: TestDevServer, brains: Brains) -> None:
    """For a start too: it is not asked for again."""
    server.fail_next(web_page())

    with pytest.raises(ServerFailed):
        brains.start(ORDER)

    assert len(server.calls) == 1


def test_the_contracts_shapes_are_read(server: TestDevServer, brains: Brains) -> None:
    """The same documents as above, whole."""
    server.fail_next(*(answer(200, json.dumps(one).encode()) for one in (deep(40), RUNNING)))

    parts = brains.show("b").parts
    run = brains.status(RUN)

    assert (len(parts), parts[-1].number) == (41, ".".join(["1"] * 41))
    assert (run.id, run.steps, run.completed_at) == (RUN, (("One", "pending"),), None)


@pytest.mark.parametrize("fault", [cut, refusal(500, "internal"), refusal(503, "store_failed")])
def test_a_start_that_may_have_happened_is_uncertain(fault: object) -> None:
    """It is asked for once, and the hint says how to find out."""
    with TestDevServer(BRAINS) as server:
        server.fail_next(fault)  # type: ignore[arg-type]
        with (
            Brains(make_target(server.url, server.token), Retry(5)) as brains,
            pytest.raises((ServerFailed, NotReached)) as caught,
        ):
            brains.start(Order("using", {}))

    assert "may have started" in caught.value.message
    assert len(server.calls) == 1


def test_a_start_that_was_not_sent_is_certain() -> None:
    """Nothing listens there."""
    with TestDevServer() as server:
        target = make_target(server.url, server.token)

    with Brains(target, Retry(5)) as brains, pytest.raises(NotReached) as caught:
        brains.start(ORDER)

    assert caught.value.hint == ""
