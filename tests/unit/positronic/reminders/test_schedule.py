"""The schedule: each due name once a day, and nothing is lost while the receiver is down."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from positronic.api.reminding import remind
from positronic.commands.reminder_commands import AT_ONCE, CLAIMED
from positronic.errors import StoreFailed
from positronic.ledger.reminder_rows import REMINDERS
from positronic.outgoing import Answer, NoAnswer
from positronic.ports import Ledger
from positronic.reminders.webhook import SIGNATURE
from positronic.rows import Put
from positronic.times import iso
from support.memory_service import SETTINGS, SHOP, START, House
from support.receiver import verifies
from support.running import run

SECRET = "s" * 32
DAY = 86_400_000
HOUR = DAY // 24
HOOKED = replace(SETTINGS, reminder_url="https://hooks.example/", reminder_secret=SECRET)


@dataclass
class Hook:
    """A receiver. `answers`: a status, or None for no answer."""

    answers: int | None = 204
    messages: list[dict[str, Any]] = field(default_factory=list)
    tries: int = 0

    async def send(self, method: str, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
        self.tries += 1
        assert (method, url) == ("POST", HOOKED.reminder_url)
        assert verifies(SECRET, headers[SIGNATURE], body)
        if self.answers is None:
            raise NoAnswer
        if self.answers == 204:
            self.messages.append(json.loads(body))
        return Answer(self.answers, {}, b"")

    @property
    def names(self) -> Counter[str]:
        return Counter(one["name"] for message in self.messages for one in message["due"])


@pytest.fixture
def house() -> House:
    return House(settings=HOOKED)


@pytest.fixture
def hook() -> Hook:
    return Hook()


def expire(house: House, name: str, at: int, project: str = SHOP) -> None:
    headers = {"x-positronic-project": project}
    secret = {"name": name, "value": f"value of {name}"}
    assert house.call("POST", "/secrets", secret, headers=headers).status == 201
    sent = {"expiresAt": iso(at)}
    assert house.call("PATCH", f"/secrets/{name}", sent, headers=headers).status == 200


def ring(house: House, hook: Hook) -> None:
    run(remind(house.service, hook.send))


def rows(house: House) -> set[str]:
    return {row.id for row in house.ledger().list(REMINDERS.kind)}


def test_what_is_due_is_sent_once_a_day(house: House, hook: Hook) -> None:
    """However often the schedule runs; what is due later is not."""
    expire(house, "SOON", START + 13 * DAY)
    expire(house, "LATER", START + 16 * DAY)
    for _ in range(3):
        ring(house, hook)
    first = dict(hook.names)
    house.clock.now += DAY
    ring(house, hook)

    assert first == {"SOON": 1}
    assert hook.names == {"SOON": 2}
    assert [one["day"] for one in hook.messages] == ["2026-11-24", "2026-11-25"]


def test_a_message_says_names_and_no_value(house: House, hook: Hook) -> None:
    """And the operator's log how many there were."""
    expire(house, "KEY", START + DAY)
    ring(house, hook)

    due = {"name": "KEY", "version": 1, "due": iso(START + DAY), "why": "expires"}
    assert hook.messages[0]["due"] == [due]
    assert "value of" not in json.dumps(hook.messages)
    assert house.reported == ["reminders of shop: 1 sent"]


def test_every_project_is_looked_at(house: House, hook: Hook) -> None:
    """Each has a message of its own."""
    for project in ("one", "two", "three"):
        expire(house, "KEY", START, project)
    ring(house, hook)

    assert sorted(one["project"] for one in hook.messages) == ["one", "three", "two"]


@pytest.mark.parametrize("answer", [None, 302, 400, 500])
def test_a_receiver_that_was_down_misses_none(house: House, hook: Hook, answer: int | None) -> None:
    """What it did not take is sent again at the next run, and once."""
    expire(house, "A", START + DAY)
    hook.answers = answer
    for _ in range(3):
        ring(house, hook)
        house.clock.now += HOUR
    expire(house, "B", START + DAY)
    hook.answers = 204
    ring(house, hook)
    ring(house, hook)

    assert hook.tries == 4
    assert hook.names == {"A": 1, "B": 1}
    assert house.reported[0].endswith("the next run sends them again")


def test_one_that_was_down_for_days_gets_it_once(house: House, hook: Hook) -> None:
    """A name that is still due; not once for each day that was missed."""
    expire(house, "A", START + DAY)
    hook.answers = None
    for _ in range(50):
        ring(house, hook)
        house.clock.now += HOUR
    hook.answers = 204
    ring(house, hook)
    ring(house, hook)

    assert hook.names == {"A": 1}


def test_what_was_done_meanwhile_is_not_sent(house: House, hook: Hook) -> None:
    """A name that is no longer due."""
    expire(house, "A", START + DAY)
    hook.answers = None
    ring(house, hook)
    assert house.call("PATCH", "/secrets/A", {"expiresAt": None}).status == 200
    hook.answers = 204
    ring(house, hook)

    assert hook.messages == []


def test_two_runs_at_once_send_it_once(house: House, hook: Hook) -> None:
    """The second finds it claimed; the claim of a run that ended lapses."""
    expire(house, "A", START + DAY)

    async def slow(method: str, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
        await remind(house.service, hook.send)
        return await hook.send(method, url, headers, body)

    run(remind(house.service, slow))

    assert hook.names == {"A": 1}


def test_a_claim_of_a_run_that_ended_lapses(house: House, hook: Hook) -> None:
    """After some minutes it is sent again, rather than never."""
    expire(house, "A", START + DAY)

    async def killed(method: str, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(remind(house.service, killed))
    ring(house, hook)
    before = dict(hook.names)
    house.clock.now += CLAIMED
    ring(house, hook)

    assert before == {}
    assert hook.names == {"A": 1}


def test_more_than_one_message_holds(house: House, hook: Hook) -> None:
    """Each name is in one of them."""
    names = [f"N{number:04d}" for number in range(AT_ONCE + 3)]
    house.put(*names)
    for name in names:
        house.call("PATCH", f"/secrets/{name}", {"expiresAt": iso(START)})
    ring(house, hook)
    ring(house, hook)

    assert [len(one["due"]) for one in hook.messages] == [AT_ONCE, 3]
    assert hook.names == dict.fromkeys(names, 1)


def test_a_project_that_fails_stops_no_other(hook: Hook) -> None:
    """It is reported, by its code."""
    broken = False

    class Failing:
        def __init__(self, ledger: Ledger) -> None:
            self._ledger = ledger

        def __getattr__(self, name: str) -> Any:  # noqa: ANN401
            if broken:
                raise StoreFailed("the store failed")
            return getattr(self._ledger, name)

    house = House(settings=HOOKED, around=Failing)
    for project in ("aaa", SHOP, "zzz"):
        expire(house, "KEY", START, project)
    broken = True
    ring(house, hook)

    assert sorted(one["project"] for one in hook.messages) == ["aaa", "zzz"]
    assert "reminders of shop: store_failed; the next run tries again" in house.reported


def test_a_receiver_that_is_down_is_not_tried_for_every_project(house: House, hook: Hook) -> None:
    """Three in a row are enough; all get theirs later."""
    for number in range(6):
        expire(house, "KEY", START, f"p{number}")
    hook.answers = None
    ring(house, hook)
    tries, hook.answers = hook.tries, 204
    ring(house, hook)

    assert tries == 3
    assert len(hook.messages) == 6


def test_rows_of_yesterday_are_removed(house: House, hook: Hook) -> None:
    """When nothing more is to be said of a name, nothing stays of it."""
    expire(house, "A", START)
    expire(house, "B", START)
    ring(house, hook)
    kept = rows(house)
    house.call("PATCH", "/secrets/A", {"expiresAt": None})
    house.clock.now += DAY
    ring(house, hook)

    assert kept == {"A", "B"}
    assert rows(house) == {"B"}


def test_a_row_that_cannot_be_read_holds_nothing_back(house: House, hook: Hook) -> None:
    """It is sent again, and the row is written again."""
    expire(house, "A", START)
    house.ledger().commit([Put(REMINDERS.kind, "A", "garbage", (START // DAY,))], {})
    ring(house, hook)
    ring(house, hook)

    assert hook.names == {"A": 1}


def test_nothing_due_writes_nothing(house: House, hook: Hook) -> None:
    """The schedule costs an idle project no row and no event."""
    house.put("A")
    events = house.events()
    ring(house, hook)

    assert rows(house) == set()
    assert hook.tries == 0
    assert len(house.events()) == len(events)


def test_reminding_is_no_event(house: House, hook: Hook) -> None:
    """Nobody read a secret."""
    expire(house, "A", START)
    before = len(house.events())
    ring(house, hook)

    assert len(house.events()) == before


def test_without_a_webhook_nothing_is_asked(hook: Hook) -> None:
    """The schedule runs in every Worker."""
    house = House()
    expire(house, "A", START)
    ring(house, hook)

    assert hook.tries == 0
    assert rows(house) == set()


def test_a_malformed_setting_is_named(hook: Hook) -> None:
    """By GET /status as everything else that is not configured."""
    house = House(settings=replace(HOOKED, reminder_secret="short"))
    answer = house.call("GET", "/status")

    assert answer.status == 503
    assert "REMINDER_SECRET" in answer.json["error"]
