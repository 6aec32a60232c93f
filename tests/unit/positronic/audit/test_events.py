"""Events: their order, their text, and what a broken one turns into."""

from __future__ import annotations

import json
import re
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from positronic.api import models
from positronic.api.event_models import events_out
from positronic.audit.events import UNREADABLE, decode, encode, event_id
from positronic.commands.asked_events import EventsPage, ListedEvent
from positronic.ports import Event, Signature
from positronic.sealing.signing import Verdict
from positronic.times import LAST
from support.memory_service import START, Counting

TEXT = st.text(st.characters(codec="utf-8"), max_size=20)
EVENTS = st.builds(
    Event,
    id=st.integers(0, LAST).map(lambda time: event_id(time, Counting())),
    time=st.integers(0, LAST),
    actor=st.dictionaries(TEXT, TEXT, max_size=3),
    action=TEXT,
    names=st.lists(TEXT, max_size=3).map(tuple),
    outcome=TEXT,
    request_id=TEXT,
    code=st.none() | TEXT,
    address=st.none() | TEXT,
    signature=st.none() | st.builds(Signature, TEXT, TEXT),
)
SOUND: Final[dict[str, object]] = json.loads(
    encode(Event("0" * 32, START, {"id": "root"}, "secret.put", ("A",), "accepted", "r1"))
)
BROKEN: Final[list[tuple[str, object]]] = [
    *[("time", None), ("time", "x"), ("time", []), ("time", -1), ("time", LAST + 1)],
    *[("time", 10**400), ("time", float("inf")), ("time", float("nan"))],
    *[("actor", None), ("actor", "x"), ("actor", []), ("names", None), ("names", 1)],
    *[("action", "\ud800"), ("names", ["\ud800"]), ("actor", {"id": "\ud800"})],
]


@given(st.integers(0, LAST - 1), st.integers(1, 10**6))
def test_ids_sort_newest_first(earlier: int, gap: int) -> None:
    """A later event has a smaller id, whatever its random part."""
    random = Counting()

    assert event_id(min(earlier + gap, LAST), random) < event_id(earlier, random)


def test_ids_of_one_millisecond_differ() -> None:
    """Two events at the same time have two ids of 32 hexadecimal digits."""
    random = Counting()
    ids = {event_id(START, random) for _ in range(100)}

    assert len(ids) == 100
    assert all(re.fullmatch("[0-9a-f]{32}", each) for each in ids)


@given(EVENTS)
def test_an_event_comes_back(event: Event) -> None:
    """Decoding what was encoded gives the same event."""
    assert decode(event.id, encode(event)) == event


@pytest.mark.parametrize(
    "text",
    [
        *["", "x", "null", "[]", "1", '"text"', "{}", "\ufeff{}", "[" * 100_000, "\ud800"],
        *[json.dumps({**SOUND, field: broken}) for field, broken in BROKEN],
        *[json.dumps({key: SOUND[key] for key in SOUND if key != gone}) for gone in SOUND],
    ],
)
def test_a_broken_entry_is_unreadable_and_does_not_stop_the_list(text: str) -> None:
    """It is listed with its id and the time its id tells, and the answer can be written."""
    event = decode(event_id(START, Counting()), text)
    answer = models.to_json(
        events_out(EventsPage([ListedEvent(event, Verdict.CHANGED, 7, "0" * 64)]))
    )

    assert (event.outcome, event.time, event.names) == (UNREADABLE, START, ())
    assert json.loads(answer)["events"][0]["time"] == "2026-11-24T05:36:45.123Z"


@pytest.mark.parametrize("id", ["", "x", "zzzzzzzzzzzz", "0" * 32, "f" * 32, "-00000000001"])
def test_a_broken_entry_under_a_broken_id_is_unreadable(id: str) -> None:  # noqa: A002
    """An id that tells no time gives one that can be written."""
    event = decode(id, "x")

    assert (event.id, event.outcome, event.time) == (id, UNREADABLE, 0)
