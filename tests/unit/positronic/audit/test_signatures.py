"""What GET /audit says of an entry that somebody changed, and where its address comes from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final

import pytest

from positronic.api.service import audit_retention
from positronic.audit.events import event_id
from positronic.names import Project
from positronic.ports import Event
from positronic.sealing.keyring import Keyring
from positronic.sealing.signing import Signer
from support.memory_service import MASTER_KEYS, SETTINGS, SHOP, START, Counting, House
from support.rows import chained_events, keep_event

CHANGES: Final[dict[str, Callable[[Event], Event]]] = {
    "time": lambda event: replace(event, time=event.time + 1),
    "actor": lambda event: replace(event, actor={**event.actor, "name": "somebody"}),
    "actor's fields": lambda event: replace(event, actor={**event.actor, "more": ""}),
    "no actor": lambda event: replace(event, actor={}),
    "action": lambda event: replace(event, action="secret.delete"),
    "a name": lambda event: replace(event, names=("B",)),
    "one name more": lambda event: replace(event, names=(*event.names, "B")),
    "no names": lambda event: replace(event, names=()),
    "a very long name": lambda event: replace(event, names=("x" * 70_000,)),
    "outcome": lambda event: replace(event, outcome="failed"),
    "request id": lambda event: replace(event, request_id="0" * 16),
    "code": lambda event: replace(event, code="store_failed"),
    "an empty code": lambda event: replace(event, code=""),
    "address": lambda event: replace(event, address="203.0.113.9"),
    "no address": lambda event: replace(event, address=None),
    "no signature": lambda event: replace(event, signature=None),
    "another signature": lambda event: replace(
        event, signature=event.signature and event.signature._replace(mac="0" * 64)
    ),
    "fields moved": lambda event: replace(event, action="secret", outcome=".putaccepted"),
}


class Fixture:
    """A house with one event of SHOP's, and that event."""

    def __init__(self) -> None:
        self.house = House()
        entry = {"name": "A", "value": "v"}
        self.house.call("POST", "/secrets", entry, headers={"cf-connecting-ip": "203.0.113.7"})
        self.chained = chained_events(self.house.ledger())[0]
        self.event = self.chained.event

    def keep(self, event: Event, project: Project = SHOP, sequence: int = 1) -> None:
        """In that place of the chain."""
        chained = replace(self.chained, event=event, sequence=sequence)
        keep_event(self.house.ledger(project), chained)

    def integrity(self, project: str = SHOP) -> list[str]:
        answer = self.house.call("GET", "/audit", headers={"x-positronic-project": project})
        return [event["integrity"] for event in answer.json["events"]]


def test_an_entry_as_it_was_written() -> None:
    """It is intact."""
    assert Fixture().integrity() == ["intact"]


@pytest.mark.parametrize("change", CHANGES)
def test_a_changed_entry(change: str) -> None:
    """An entry with any one field changed is `changed`, and is still listed."""
    fixture = Fixture()
    fixture.keep(CHANGES[change](fixture.event))

    assert fixture.integrity() == ["changed"]


def test_an_entry_under_another_id() -> None:
    """An entry copied to another id is `changed` there."""
    fixture = Fixture()
    later = event_id(START + 1000, Counting())
    fixture.keep(replace(fixture.event, id=later), sequence=2)

    assert fixture.integrity() == ["changed", "intact"]


def test_an_entry_in_another_project() -> None:
    """An entry copied to another project passes for none of its own."""
    fixture = Fixture()
    fixture.keep(fixture.event, Project("other"))

    assert fixture.integrity("other") == ["unknown_key"]


def test_an_entry_under_a_key_that_is_gone() -> None:
    """It cannot be told: `unknown_key`."""
    fixture = Fixture()
    settings = replace(SETTINGS, master_keys=MASTER_KEYS.replace("key-1", "key-2"))
    house = House(settings=settings, ledgers=fixture.house.ledgers)

    assert house.events()[0]["integrity"] == "unknown_key"


def test_an_entry_under_an_older_key() -> None:
    """After a new key is in front, old entries stay intact."""
    fixture = Fixture()
    newer = MASTER_KEYS.replace("key-1:AAEC", "key-2:AAED")
    settings = replace(SETTINGS, master_keys=f"{newer} {MASTER_KEYS}")
    house = House(settings=settings, ledgers=fixture.house.ledgers)

    assert house.events()[0]["integrity"] == "intact"


def test_a_token_s_signature_is_no_entry_s() -> None:
    """What is signed under a master key, as a token is, is not valid as an event."""
    fixture = Fixture()
    signer = Signer(Keyring(MASTER_KEYS), "token")
    forged = replace(fixture.event, signature=signer.sign(SHOP, fixture.event.id))
    fixture.keep(forged)

    assert fixture.integrity() == ["unknown_key"]


@pytest.mark.parametrize(
    "address", ["203.0.113.7", "2001:db8::1", "::1", "2001:DB8:0:0:0:0:0:1", "::ffff:192.0.2.1"]
)
def test_the_address_is_the_platform_s(address: str) -> None:
    """An event bears the address in cf-connecting-ip, and no other header's."""
    house = House()
    headers = {
        "cf-connecting-ip": address,
        "x-forwarded-for": "198.51.100.1",
        "x-real-ip": "198.51.100.2",
        "true-client-ip": "198.51.100.3",
        "forwarded": "for=x",
    }
    house.call("POST", "/secrets", {"name": "A", "value": "v"}, headers=headers)

    assert house.events()[0]["address"] == address


def test_no_address() -> None:
    """Where the platform gives none, there is none."""
    house = House()
    headers = {"x-forwarded-for": "198.51.100.1"}
    house.call("POST", "/secrets", {"name": "A", "value": "v"}, headers=headers)

    assert "address" not in house.events()[0]


@pytest.mark.parametrize(
    "text",
    [
        *["", "unknown", "203.0.113.7, 198.51.100.1", "203.0.113.7\r\nX-Evil: 1", "fe80::1%canary"],
        *["x" * 70_000, "\ud800", "203.0.113.7\0", "<script>", "\uff12\uff10", "1" * 46],
    ],
)
def test_what_is_no_address_is_not_kept(text: str) -> None:
    """Any other text in that header is left out, and the change is made."""
    house = House()
    answer = house.call(
        *("POST", "/secrets", {"name": "A", "value": "v"}), headers={"cf-connecting-ip": text}
    )

    assert answer.status == 201
    assert "address" not in house.events()[0]
    assert house.events()[0]["integrity"] == "intact"


@pytest.mark.parametrize("days", ["", "0", "-1", "1.5", "400 ", "x", "36501", "9" * 40, "\u0664"])
@pytest.mark.parametrize("path", ["/status", "/secrets", "/audit"])
def test_a_malformed_retention(days: str, path: str) -> None:
    """A retention that is no number of days answers not_configured, and not what it says."""
    settings = replace(SETTINGS, audit_retention_days=days)
    answer = House(settings=settings).call("GET", path)

    assert (answer.status, answer.code) == (503, "not_configured")
    assert answer.json["error"] == "AUDIT_RETENTION_DAYS must be a number from 1 to 36500"


@pytest.mark.parametrize(("days", "seconds"), [("1", 86_400), ("400", 34_560_000)])
def test_the_retention_is_in_days(days: str, seconds: int) -> None:
    """The log is told seconds."""
    assert audit_retention(replace(SETTINGS, audit_retention_days=days)) == seconds


EVIL: Final = "a\r\nSet-Cookie: evil=1"


@pytest.mark.parametrize(
    "headers",
    [
        *[{"x-request-id": EVIL}, {"cf-connecting-ip": EVIL}, {"x-positronic-project": EVIL}],
        *[{"authorization": f"Bearer {EVIL}"}, {"content-type": f"application/json;{EVIL}"}],
    ],
)
def test_no_header_can_be_injected(headers: dict[str, str]) -> None:
    """No text of a request becomes part of an answer's headers, the request id included."""
    answer = House().call("POST", "/secrets", {"name": "A", "value": "v"}, headers=headers)
    shown = str(answer.headers)

    assert "evil" not in shown
    assert "\\r" not in shown
    assert len(answer.headers["X-Request-Id"]) == 16
