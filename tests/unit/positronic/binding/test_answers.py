"""What a Worker gets over its binding: a value, or a code and a sentence; never an exception."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from positronic.audit.events import Origin
from positronic.binding.answers import answer
from positronic.commands.asked_grants import LedgerGrants
from positronic.commands.asking import LedgerUnreachable
from positronic.commands.command import Command
from positronic.ledger.event_rows import EVENTS
from positronic.ledger.grant_rows import GRANTS
from positronic.ledger.setting_rows import SETTING
from positronic.names import App, Name, Project
from positronic.roles import Principal, Role
from support.memory_service import SETTINGS, SHOP, House
from support.running import run

CHECKOUT: dict[str, object] = {"project": "shop", "as": "checkout"}


class Bound:
    """A house whose secrets A and B exist, with A and LATER granted to `checkout`."""

    def __init__(self) -> None:
        self.house = House()
        self.house.put("A", "B")
        self.grant("A", "LATER")

    def grant(self, *names: str) -> None:
        self.house.settled(self._grants.add(App("checkout"), [*map(Name, names)]))

    def remove(self) -> None:
        self.house.settled(self._grants.remove("checkout"))

    @property
    def _grants(self) -> LedgerGrants:
        root = Principal("root", "root", Role.ROOT, None)
        return LedgerGrants(self.house.service.asking(SHOP, root, Role.ADMIN, Origin("r", None)))

    def call(self, method: str, *sent: object, props: object = CHECKOUT) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(
            self.house.settled(answer(self.house.service, json.dumps(props), method, sent))
        )
        return found

    def refused(self, project: Project = SHOP) -> list[tuple[str, str, list[str]]]:
        """Who was refused, with which code, and the names; the oldest first."""
        headers = {"x-positronic-project": project}
        events = self.house.call("GET", "/audit?limit=1000", headers=headers).json["events"]
        found = [one for one in events if one["outcome"] == "refused"]
        return [(one["actor"]["name"], one["code"], one["names"]) for one in reversed(found)]


@pytest.fixture
def bound() -> Bound:
    return Bound()


@pytest.mark.parametrize(
    ("method", "sent", "value"),
    [
        ("get", ["A"], "value of A"),
        ("getMany", [["A"]], {"A": "value of A"}),
        ("getMany", [["A", "A"]], {"A": "value of A"}),
        ("getMany", [[]], {}),
        ("exists", ["A"], True),
        ("exists", ["LATER"], False),
        ("names", [], ["A"]),
    ],
)
def test_what_is_granted(bound: Bound, method: str, sent: list[object], value: object) -> None:
    """Each method answers for the names of the grant alone."""
    assert bound.call(method, *sent) == {"ok": True, "value": value}


def test_many_come_in_the_order_of_the_names(bound: Bound) -> None:
    """By name."""
    bound.grant("B")

    assert list(bound.call("getMany", ["B", "A"])["value"].items()) == [
        ("B", "value of B"),
        ("A", "value of A"),
    ]


@pytest.mark.parametrize(
    ("method", "sent", "code"),
    [
        ("get", ["B"], "not_granted"),
        ("get", ["NEVER"], "not_granted"),
        ("getMany", [["A", "B"]], "not_granted"),
        ("exists", ["B"], "not_granted"),
        ("get", ["LATER"], "not_found"),
        ("getMany", [["A", "LATER"]], "not_found"),
        ("get", ["no name"], "invalid_name"),
        ("get", ["POSITRONIC_A"], "reserved_name"),
        ("get", [], "invalid_request"),
        ("get", [None], "invalid_request"),
        ("get", [["A"]], "invalid_request"),
        ("get", ["A", "B"], "invalid_request"),
        ("getMany", [], "invalid_request"),
        ("getMany", ["A"], "invalid_request"),
        ("getMany", [["A", 1]], "invalid_request"),
        ("getMany", [["A"] * 101], "invalid_request"),
        ("exists", [{"A": 1}], "invalid_request"),
        ("names", ["A"], "invalid_request"),
    ],
)
def test_what_is_refused(bound: Bound, method: str, sent: list[object], code: str) -> None:
    """With its code; no answer has a value."""
    found = bound.call(method, *sent)

    assert (found["ok"], found["code"], {*found}) == (False, code, {"ok", "code", "message"})
    assert "value of" not in found["message"]


@pytest.mark.parametrize(
    ("props", "code", "event"),
    [
        ({}, "no_props", ("unknown", "no_props", [])),
        ({"as": "checkout"}, "no_props", ("checkout", "no_props", [])),
        ({"project": "shop"}, "no_props", ("unknown", "no_props", [])),
        (CHECKOUT | {"reads": []}, "no_props", ("checkout", "no_props", [])),
        (CHECKOUT | {"as": "billing"}, "not_granted", ("billing", "not_granted", ["A"])),
        (CHECKOUT | {"read": ["B"]}, "not_granted", ("checkout", "not_granted", ["A"])),
    ],
)
def test_refusals_are_in_the_audit_log(
    bound: Bound, props: object, code: str, event: tuple[str, str, list[str]]
) -> None:
    """Of the project that the props name, and of the Worker's own where they name none."""
    assert bound.call("get", "A", props=props)["code"] == code
    assert bound.refused() == [event]


def test_another_project(bound: Bound) -> None:
    """A grant holds in its own project; the refusal is in the log of the one that was asked."""
    other = Project("other")
    created = {"name": "A", "value": "of another project"}
    headers = {"x-positronic-project": other}
    assert bound.house.call("POST", "/secrets", created, headers=headers).status == 201
    found = bound.call("get", "A", props=CHECKOUT | {"project": other})

    assert found["code"] == "not_granted"
    assert bound.refused(other) == [("checkout", "not_granted", ["A"])]
    assert bound.refused() == []


def test_a_project_that_nobody_wrote_to(bound: Bound) -> None:
    """Is not granted either, and nothing is written to it."""
    nobody = Project("nobody")
    found = bound.call("get", "A", props=CHECKOUT | {"project": nobody})
    tables = bound.house.ledger(nobody)

    assert found["code"] == "not_granted"
    assert [tables.count(kind) for kind in (EVENTS.kind, SETTING, GRANTS.kind)] == [0] * 3


def test_a_removed_grant_holds_at_the_next_call(bound: Bound) -> None:
    """Nothing is kept from the call before."""
    before = bound.call("get", "A")
    bound.remove()
    after = bound.call("get", "A")

    assert (before["ok"], after.get("code")) == (True, "not_granted")
    assert bound.refused() == [("checkout", "not_granted", ["A"])]


def test_a_new_value_at_the_next_call(bound: Bound) -> None:
    """The same."""
    bound.call("get", "A")
    bound.house.call("POST", "/secrets", {"name": "A", "value": "rotated"})

    assert bound.call("get", "A") == {"ok": True, "value": "rotated"}


def test_an_expired_secret_is_refused(bound: Bound) -> None:
    """Where its policy says so; and that is recorded too."""
    policy = {"expiresAt": "2026-11-25T00:00:00Z", "enforce": True}
    assert bound.house.call("PATCH", "/secrets/A", policy).status == 200
    bound.house.clock.now += 2 * 86_400_000

    assert bound.call("get", "A")["code"] == "secret_expired"
    assert bound.refused() == [("checkout", "secret_expired", ["A"])]


def test_a_read_shows_in_the_uses(bound: Bound) -> None:
    """By the app's name."""
    bound.call("get", "A")
    bound.call("getMany", ["A"])
    uses = bound.house.call("GET", "/secrets/A/uses").json["uses"]

    assert [(one["reader"], one["reads"]) for one in uses] == [
        ({"type": "binding", "name": "checkout"}, 2)
    ]


def test_without_the_ledger_nothing_is_read(bound: Bound) -> None:
    """No copy stands in: nobody else knows what is granted."""

    async def unreachable(_: Command) -> object:
        raise LedgerUnreachable("the project's ledger did not answer")

    service = bound.house.service
    runtime = replace(service.runtime, send=unreachable)
    bound.house.service = replace(service, runtime=runtime)
    found = bound.call("get", "A")

    assert found["code"] == "store_failed"
    assert found["message"].endswith("only the ledger knows what is granted")


def test_an_error_of_ours_tells_nothing(bound: Bound) -> None:
    """Only the id of the request, which the operator's log names with the place."""

    async def broken(_: Command) -> object:
        raise ValueError("value of A")

    service = bound.house.service
    bound.house.service = replace(service, runtime=replace(service.runtime, send=broken))
    found = bound.call("get", "A")

    assert found["code"] == "internal"
    request_id = found["message"].rpartition(" ")[2]
    assert [line for line in bound.house.reported if request_id in line]
    assert "value of A" not in str([found, bound.house.reported])


def test_a_worker_that_is_not_set_up() -> None:
    """Says so."""
    settings = replace(SETTINGS, master_keys="")
    service = House(settings=settings).service
    found = json.loads(run(answer(service, json.dumps(CHECKOUT), "get", ["A"])))

    assert found["code"] == "not_configured"
