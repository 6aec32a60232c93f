"""What a project token opens, and what no longer opens when somebody changed it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final

import pytest

from positronic.access import tokens
from positronic.access.authentication import PURPOSE, sign
from positronic.ledger.memory import MemoryLedger
from positronic.names import parse_token_name
from positronic.ports import Signature, TokenRecord
from positronic.roles import Role
from positronic.sealing.keyring import Keyring
from positronic.sealing.signing import Signer
from support.faults import FaultyLedger
from support.memory_service import SETTINGS, SHOP, House
from support.token_fixture import OTHER, OTHER_KEYS, TokenFixture, shown

CHANGES: Final[dict[str, Callable[[TokenRecord], TokenRecord]]] = {
    "role": lambda record: replace(record, role=Role.ADMIN),
    "expiry": lambda record: replace(record, expires_at=(record.expires_at or 0) + 1),
    "no expiry": lambda record: replace(record, expires_at=None),
    "hash": lambda record: replace(record, hash=tokens.mint(SHOP, lambda size: bytes(size)).hash),
    "name": lambda record: replace(record, name=parse_token_name("other")),
    "created": lambda record: replace(record, created_at=record.created_at - 1),
    "signature": lambda record: replace(record, signature=Signature("key-1", "0" * 64)),
    "key": lambda record: replace(record, signature=record.signature._replace(key_id="key-9")),
}


def test_a_token_opens_its_project() -> None:
    """It lists its own project's secrets, and its actor is its id and name."""
    fixture = TokenFixture()
    fixture.house.put("A")

    assert [each["name"] for each in fixture.use().json["secrets"]] == ["A"]


def test_a_change_is_under_the_token_s_name() -> None:
    """An event of a token's names it by id and name, not by secret."""
    house = House()
    text = house.issue("writer", name="ci bot")
    token = tokens.parse(text)
    house.clock.now += 1000
    house.as_token(text, "POST", "/secrets", {"name": "A", "value": "v"})

    assert token
    assert house.events()[0]["actor"] == {"type": "token", "id": token.id, "name": "ci bot"}


def test_a_wrong_secret() -> None:
    """A known id with another secret is refused."""
    fixture = TokenFixture()
    answer = fixture.use(fixture.wrong)

    assert (answer.status, answer.code) == (401, "unauthenticated")


@pytest.mark.parametrize("change", CHANGES)
def test_a_changed_record_opens_nothing(change: str) -> None:
    """A record that was changed in the store refuses its token, in an unknown one's words."""
    fixture = TokenFixture()
    fixture.keep(CHANGES[change](fixture.record))

    assert shown(fixture.use()) == shown(fixture.use(fixture.unknown))


def test_a_record_copied_to_another_project() -> None:
    """A record copied to another project opens nothing there."""
    fixture = TokenFixture()
    fixture.keep(fixture.record, OTHER)
    there = replace(fixture.token, project=OTHER)

    assert shown(fixture.use(there)) == shown(fixture.use(fixture.unknown))
    assert fixture.use().status == 200


def test_a_record_copied_to_another_id() -> None:
    """A record copied to another id opens nothing under it."""
    fixture = TokenFixture()
    fixture.keep(replace(fixture.record, id="f" * 16))

    assert fixture.use(fixture.unknown).code == "unauthenticated"


def test_a_token_of_a_project_is_none_in_another() -> None:
    """A token with another project's name in it, checksum and all, is an unknown one."""
    fixture = TokenFixture()
    fixture.house.issue(project=OTHER)

    assert fixture.use(replace(fixture.token, project=OTHER)).code == "unauthenticated"


def test_a_forged_record_under_another_key() -> None:
    """Whoever can write to the store, but holds no master key, cannot make a token."""
    fixture = TokenFixture()
    forger = Signer(Keyring(OTHER_KEYS.replace("key-2", "key-1")), PURPOSE)
    fixture.keep(sign(forger, SHOP, replace(fixture.record, role=Role.ADMIN)))

    assert fixture.use().code == "unauthenticated"


def test_a_token_expires_exactly_at_its_instant() -> None:
    """One millisecond before it opens, at the instant it does not."""
    fixture = TokenFixture()
    expires_at = fixture.record.expires_at or 0
    fixture.house.clock.now = expires_at - 1
    before = fixture.use()
    fixture.house.clock.now = expires_at
    after = fixture.use()

    assert before.status == 200
    assert (after.status, after.code) == (401, "unauthenticated")
    assert after.json["error"] == "the token has expired"


def test_an_expired_token_with_a_wrong_secret_does_not_learn_that_it_expired() -> None:
    """Only who holds the secret hears of the expiry."""
    fixture = TokenFixture()
    fixture.house.clock.now = fixture.record.expires_at or 0

    assert shown(fixture.use(fixture.wrong)) == shown(fixture.use(fixture.unknown))


def test_a_revoked_token_is_an_unknown_one() -> None:
    """From the next call on."""
    fixture = TokenFixture()
    fixture.house.call("DELETE", f"/tokens/{fixture.token.id}")

    assert shown(fixture.use()) == shown(fixture.use(fixture.unknown))


def test_a_token_under_a_key_that_is_gone() -> None:
    """A token whose master key is not held opens nothing."""
    fixture = TokenFixture()
    settings = replace(SETTINGS, master_keys=OTHER_KEYS)
    house = House(settings=settings, ledgers=fixture.house.ledgers)

    assert house.as_token(fixture.text, "GET", "/secrets").code == "unauthenticated"


def test_a_mistyped_token_costs_no_look_up() -> None:
    """A token whose checksum is wrong is refused before the ledger is asked."""
    faulty = FaultyLedger(MemoryLedger())
    house = House(around=lambda _: faulty)
    text = house.issue()
    before = len(faulty.calls)
    last = "0" if text[-1] != "0" else "1"

    assert house.as_token(text[:-1] + last, "GET", "/secrets").code == "unauthenticated"
    assert len(faulty.calls) == before


@pytest.mark.parametrize("named", ["other", "shop2", "", "SHOP", "shop, shop"])
def test_a_token_names_no_other_project(named: str) -> None:
    """Any project but its own is forbidden, existing or not."""
    fixture = TokenFixture()
    fixture.house.issue(project=OTHER)
    headers = {"authorization": f"Bearer {fixture.text}", "x-positronic-project": named}
    answer = fixture.house.call("GET", "/secrets", headers=headers)

    assert (answer.status, answer.code) == (403, "forbidden")


def test_a_token_may_name_its_own_project() -> None:
    """Naming what it opens anyway changes nothing."""
    fixture = TokenFixture()
    headers = {"authorization": f"Bearer {fixture.text}", "x-positronic-project": "shop"}

    assert fixture.house.call("GET", "/secrets", headers=headers).status == 200
