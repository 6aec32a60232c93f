"""What the Worker sends requests with: JavaScript's fetch, in real workerd."""

from __future__ import annotations

import json

from support.answering import LONG, answering
from worker.harness import Harness

CANARY = "canary-51c2"


def test_a_request_arrives_as_it_was_meant(harness: Harness) -> None:
    """Method, headers and body, and what was answered; a redirect is returned, not followed."""
    with answering() as origin:
        status, headers, body = harness.send(
            10_000, "PUT", f"{origin}/echo", {"X-One": "1"}, "é" * 3
        )
        redirected = harness.send(10_000, "POST", f"{origin}/redirect", {}, "1")
    said = json.loads(body)

    assert (status, headers["x-said"]) == (418, "Yes")
    assert (said["method"], said["headers"]["x-one"], said["body"]) == ("PUT", "1", "é" * 3)
    assert redirected[0] == 307


def test_an_answer_has_its_limit(harness: Harness) -> None:
    """A longer one is none; nothing of it is read when nothing is wanted."""
    with answering() as origin:
        whole = harness.send(LONG, "GET", f"{origin}/long", {}, "")
        over = harness.send(LONG - 1, "GET", f"{origin}/long", {}, "")
        none = harness.send(0, "GET", f"{origin}/long", {}, "")

    assert whole[2] == "x" * LONG
    assert over == {"lost": "NoAnswer()", "cause": "None"}
    assert (none[0], none[2]) == (200, "")


def test_a_lost_answer_says_nothing(harness: Harness) -> None:
    """Neither the address nor what was sent is in the error."""
    with answering() as origin:
        lost = harness.send(10, "POST", f"{origin}/cut", {"Authorization": CANARY}, CANARY)

    assert lost == {"lost": "NoAnswer()", "cause": "None"}
