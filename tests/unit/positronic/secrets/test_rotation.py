"""Rotation: everything ends under the newest key, nothing is lost, nothing else is touched."""

from __future__ import annotations

from dataclasses import replace

import pytest

from positronic.commands.key_commands import AT_ONCE
from positronic.names import Project
from support.memory_service import SETTINGS, House
from support.rotating import (
    NEW_KEY,
    ONLY_NEW,
    ROTATED,
    corrupt_one,
    filled,
    opened,
    rotated_house,
    step,
    stored,
    to_the_end,
    tokens_of,
    without_key,
)
from support.rows import keep_record, keep_token


def test_everything_opens_and_nothing_is_under_the_old_key() -> None:
    """After the last step the new key alone opens every value, and the old one is not used."""
    house = filled(120)
    before = opened(house)
    to_the_end(rotated_house(house))
    alone = House(settings=ONLY_NEW, ledgers=house.ledgers)

    assert opened(alone) == before
    assert alone.call("GET", "/keys").json == {
        "keys": [
            {"id": "key-2", "secrets": 120, "tokens": 0, "auditKeys": 1, "copies": 0, "held": True}
        ],
        "newest": "key-2",
        "pending": False,
    }


def test_versions_and_dates_stay() -> None:
    """Only the key, the salt and the nonce are new."""
    house = filled(3, updates=1)
    before = stored(house)
    rotated = rotated_house(house)
    rotated.clock.now += 86_400_000
    to_the_end(rotated)
    after = stored(house)

    assert {name: without_key(each.metadata) for name, each in after.items()} == {
        name: without_key(each.metadata) for name, each in before.items()
    }
    assert not {part for each in before.values() for part in each.sealed.split(".")[2:]} & {
        part for each in after.values() for part in each.sealed.split(".")[2:]
    }


def test_tokens_are_signed_anew_and_still_open() -> None:
    """A token opens before, during and after, and under the new key alone."""
    house = House()
    text = house.issue("admin", expiresIn=3600)
    (before,) = tokens_of(house)
    rotated = rotated_house(house)
    during = rotated.as_token(text, "POST", "/keys/rotate")
    (after,) = tokens_of(house)
    alone = House(settings=ONLY_NEW, ledgers=house.ledgers)

    assert during.json == {"resealed": 2, "remaining": 0, "newest": "key-2"}  # and the audit key
    assert replace(after, signature=before.signature) == before
    assert after.signature.key_id == "key-2"
    assert alone.as_token(text, "GET", "/tokens").status == 200


@pytest.mark.parametrize(
    ("count", "steps"),
    [(0, [0]), (1, [2]), (AT_ONCE - 1, [AT_ONCE, 0]), (AT_ONCE, [AT_ONCE, 1]), (120, [50, 50, 21])],
)
def test_a_step_takes_fifty(count: int, steps: list[int]) -> None:
    """No step writes more than AT_ONCE records, and none is left out: the audit key is one."""
    assert to_the_end(rotated_house(filled(count))) == steps


def test_remaining_counts_down() -> None:
    """Each answer says how much is left, secrets and tokens together."""
    house = filled(60)
    house.issue()
    rotated = rotated_house(house)

    assert [step(rotated).json["remaining"] for _ in range(3)] == [12, 0, 0]


def test_once_more_does_nothing() -> None:
    """A rotation that is at its end changes nothing and is no event."""
    house = filled(2)
    rotated = rotated_house(house)
    to_the_end(rotated)
    before, events = stored(house), len(rotated.events())

    assert step(rotated).json == {"resealed": 0, "remaining": 0, "newest": "key-2"}
    assert stored(house) == before
    assert len(rotated.events()) == events


def test_another_project_is_not_touched() -> None:
    """One project's rotation leaves another's records as they are."""
    house = filled(1)
    other = {"x-positronic-project": "other"}
    house.call("POST", "/secrets", {"name": "A", "value": "v"}, headers=other)
    rotated = rotated_house(house)
    before = stored(house, Project("other"))
    to_the_end(rotated)

    assert stored(house, Project("other")) == before
    assert rotated.call("POST", "/keys/rotate", headers=other).json["resealed"] == 2


@pytest.mark.parametrize("corrupt", [1, 10])
def test_corrupt_ones_first_do_not_stop_the_rest(corrupt: int) -> None:
    """Records that do not open are named, counted as remaining, and left as they are."""
    house = filled(100)
    names = [f"N{number:04}" for number in range(corrupt)]
    for name in names:
        corrupt_one(house, name)
    before = stored(house)
    rotated = rotated_house(house)
    answers = [step(rotated).json for _ in range(5)]

    assert answers[-1]["resealed"] == 0
    assert answers[-1]["remaining"] == corrupt
    assert [each["name"] for each in answers[-1]["failed"]] == names
    assert {each["code"] for each in answers[-1]["failed"]} == {"corrupt_record"}
    after = stored(house)
    assert {name for name in after if after[name] == before[name]} == set(names)


def test_those_under_a_key_that_is_gone_do_not_stop_the_rest() -> None:
    """What is under a key that is not held is named with that key, and the others go on."""
    house = filled(30)
    for record in list(stored(house).values())[:20]:
        lost = replace(record, metadata=record.metadata._replace(key_id="lost"))
        keep_record(house.ledger(), lost)
    first = step(rotated_house(house)).json

    assert (first["resealed"], first["remaining"]) == (11, 20)
    assert len(first["failed"]) == 20
    assert {each["code"] for each in first["failed"]} == {"unknown_key"}
    assert "'lost'" in first["failed"][0]["error"]


def test_a_token_that_was_tampered_with_is_not_signed_anew() -> None:
    """A raised role does not become valid by a rotation; the token is named as corrupt."""
    house = House()
    house.issue("reader")
    (record,) = tokens_of(house)
    keep_token(house.ledger(), replace(record, expires_at=1))
    rotated = rotated_house(house)
    answer = step(rotated).json

    assert (answer["resealed"], answer["remaining"]) == (1, 1)  # the audit key
    assert answer["failed"][0]["name"] == f"token {record.id}"
    assert tokens_of(house)[0].signature == record.signature


def test_nothing_to_rotate_in_an_empty_project() -> None:
    """A project without secrets or tokens is at its end at once."""
    house = House(settings=ROTATED)

    assert step(house).json == {"resealed": 0, "remaining": 0, "newest": "key-2"}


def test_a_key_put_in_front_beside_the_others() -> None:
    """MASTER_KEYS_NEXT seals from then on, and GET /keys says that a rotation is pending."""
    house = filled(2)
    settings = replace(SETTINGS, next_master_key=NEW_KEY)
    rotated = House(settings=settings, ledgers=house.ledgers)
    pending = rotated.call("GET", "/keys").json
    to_the_end(rotated)

    assert (pending["newest"], pending["pending"]) == ("key-2", True)
    assert {each.metadata.key_id for each in stored(house).values()} == {"key-2"}
