"""The example brain on CPython, as a project would test its own: no Worker, no network."""

from __future__ import annotations

import json
from collections.abc import Mapping

from demo.service import Service

from brains._http import Answer
from brains.example import example
from positronic.testing import Ran, run_brain_sync
from support.source import EXAMPLE, ROOT

KEY = "canary-key-4711"
URL = "http://service.test/"


def ran(service: Service, key: str = KEY, **state: object) -> Ran:
    """A run in which the service is called instead of being reached over HTTP."""

    async def post(url: str, body: str, headers: Mapping[str, str]) -> Answer:
        assert url == URL
        lower = {name.lower(): text for name, text in headers.items()}
        status, answer = service.answer(body, lower)
        return Answer(status, json.dumps(answer))

    return run_brain_sync(
        example,
        secrets={"ANTHROPIC_API_KEY": key},
        options={"url": URL},
        initial_state=state,
        services={"post": post},
    )


def test_the_service_gets_the_question_rightly_signed() -> None:
    """And the answer is in the state."""
    service = Service(KEY)

    found = ran(service, question="why?")

    [request] = service.received
    assert (request.body, request.is_signed) == ('{"question": "why?"}', True)
    assert (found.status, found.state) == ("complete", {"question": "why?", "answer": "42"})
    assert found.reads == ["ANTHROPIC_API_KEY"]


def test_the_key_stays_here() -> None:
    """The service gets a signature and not the key."""
    service = Service(KEY)

    ran(service)

    assert KEY not in repr(service.received)


def test_another_key_is_refused() -> None:
    """The service's refusal is the run's error."""
    found = ran(Service("another"))

    assert found.status == "error"
    assert found.error is not None
    assert "401" in found.error["message"]


def test_a_careless_service_leaks_nothing_into_the_run() -> None:
    """It repeats the key; the events say [secret:ANTHROPIC_API_KEY]."""
    found = ran(Service(KEY, is_careless=True))

    assert found.status == "error"
    assert "[secret:ANTHROPIC_API_KEY]" in json.dumps(found.events)
    assert KEY not in json.dumps(found.events)


def test_the_docs_show_it_as_it_is() -> None:
    """The piece of it in docs/brains.md stands in the file."""
    section = (ROOT / "docs" / "brains.md").read_text().split("\n## Building one\n")[1]
    shown = section.split("```python\n")[1].split("```")[0]

    assert shown in (EXAMPLE / "example.py").read_text()
