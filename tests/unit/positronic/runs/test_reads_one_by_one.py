"""Kept events are decoded once, however many names a run reads; no value is missed for that."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable
from urllib.parse import quote

import pytest

from positronic.brains.run_redactor import RunRedactor
from positronic.redact import Redactor
from positronic.redact.skimming import Skimmed, skimmed
from positronic.runs import event_log
from positronic.runs.event_log import EventLog
from positronic.runs.memory import MemoryRunLog
from positronic.runs.record import RunRecord
from support.memory_service import SHOP, START
from support.redacted_forms import FORMS, VALUES

RECORD = RunRecord(SHOP, "0" * 32, "a brain", START, "request", None)
NAMES = 40
STEPS = 20

ENCODERS: dict[str, Callable[[str], str]] = {
    "as it is": str,
    "base64": lambda text: base64.b64encode(text.encode()).decode(),
    "base64 twice": lambda text: base64.b64encode(
        base64.b64encode(f"key={text};".encode())
    ).decode(),
    "base64 of JSON": lambda text: base64.b64encode(json.dumps({"k": text}).encode()).decode(),
    "URL in JSON": lambda text: json.dumps({"u": quote(json.dumps(text), safe="")}),
    "hex": lambda text: text.encode().hex(),
}


def _value(number: int) -> str:
    return base64.b64encode(hashlib.sha256(f"{number}".encode()).digest()).decode()


def _state(number: int, more: str) -> dict[str, object]:
    return {"number": number, "rows": [f'row "{number}" <{row}>' for row in range(200)], "it": more}


def _kept(sent: str) -> EventLog:
    event_log = EventLog(MemoryRunLog())
    event_log.open(RECORD)
    event_log.append({"type": "brain:start", "options": {}, "initialState": {"it": sent}})
    for number in range(STEPS):
        patch = [{"op": "replace", "path": "", "value": _state(number, sent if number else "")}]
        event_log.append({"type": "step:complete", "stepTitle": "s", "patch": patch})
    return event_log


def _told(event_log: EventLog) -> str:
    return "".join(event.text for event in event_log.events(0))


@pytest.fixture
def decoded(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The size of each event that was decoded."""
    found: list[int] = []

    def counting(text: str) -> Skimmed | None:
        found.append(len(text))
        return skimmed(text)

    monkeypatch.setattr(event_log, "skimmed", counting)
    return found


def test_each_event_is_decoded_once(decoded: list[int]) -> None:
    """However many names are read one by one."""
    event_log, redactor = _kept("nothing"), RunRedactor()
    for number in range(NAMES):
        redactor.add(f"KEY_{number}", _value(number))
        event_log.clean(redactor)

    assert len(decoded) == 1 + STEPS


def test_the_last_of_many_values_goes_when_it_is_read(decoded: list[int]) -> None:
    """What the caller sent in base64 is gone from every event; only changed ones are read anew."""
    sent = base64.b64encode(_value(NAMES - 1).encode()).decode()
    event_log, redactor = _kept(sent), RunRedactor()
    for number in range(NAMES):
        assert sent in _told(event_log)
        redactor.add(f"KEY_{number}", _value(number))
        event_log.clean(redactor)

    assert sent not in _told(event_log)
    assert f"[secret:KEY_{NAMES - 1}]" in _told(event_log)
    assert len(decoded) <= 2 * (1 + STEPS)


@pytest.mark.parametrize("encode", ENCODERS.values(), ids=ENCODERS)
def test_what_a_search_finds_is_found_without_decoding(encode: Callable[[str], str]) -> None:
    """In every form of the list, for each value: both say the same, or the quick one is wary."""
    missed, seen = [], 0
    for name, value in VALUES.items():
        redactor = Redactor()
        redactor.add(name, value)
        for form, shown in FORMS.items():
            text = json.dumps({"it": encode(shown.text)}, ensure_ascii=False)
            if not redactor.is_clean(text):
                seen += 1
                if redactor.is_clean(text, skimmed(text)):
                    missed.append((name, form))

    assert seen > 30
    assert missed == []


@pytest.mark.parametrize("value", ["a/b~c", "a~b", "k/y", "https://host/a"])
def test_a_value_in_a_path_is_found(value: str) -> None:
    """A patch spells `/` and `~` in a key in its own way (RFC 6901)."""
    redactor = Redactor()
    redactor.add("KEY", value)
    path = "/by/" + value.replace("~", "~0").replace("/", "~1")
    text = json.dumps([{"op": "add", "path": path, "value": 1}])
    other = json.dumps([{"op": "add", "path": "/by/x~1y", "value": 1}])

    assert not redactor.is_clean(text, skimmed(text))
    assert redactor.is_clean(other, skimmed(other))
