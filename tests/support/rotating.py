"""A house before and after a new master key, and what stands in it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from positronic.ciphers.native import NativeCipher
from positronic.names import Name, Project
from positronic.ports import Ledger, Metadata, Record, TokenRecord
from positronic.secrets.sealer import Sealer
from px.testing import ledger_contents as contents
from support.memory_service import MASTER_KEYS, SETTINGS, SHOP, Answer, House
from support.rows import keep_text, records, tokens
from support.running import run

NEW_KEY: Final = MASTER_KEYS.replace("key-1:AAEC", "key-2:AAED")
ROTATED: Final = replace(SETTINGS, master_keys=f"{NEW_KEY} {MASTER_KEYS}")
ONLY_NEW: Final = replace(SETTINGS, master_keys=NEW_KEY)


def filled(count: int, updates: int = 0) -> House:
    """A house under the old key with so many secrets, each updated so often, a second later."""
    house = House()
    names = [f"N{number:04}" for number in range(count)]
    for _ in range(1 + updates):
        house.put(*names)
        house.clock.now += 1000
    return house


def rotated_house(
    house: House, around: Callable[[Ledger], Ledger] = lambda ledger: ledger
) -> House:
    """The same ledgers under the new key and the old one."""
    return House(settings=ROTATED, ledgers=house.ledgers, around=around)


def stored(house: House, project: Project = SHOP) -> dict[Name, Record]:
    return records(house.ledger(project))


def without_key(metadata: Metadata) -> Metadata:
    return metadata._replace(key_id="")


def tokens_of(house: House) -> list[TokenRecord]:
    return tokens(house.ledger())


def opened(house: House) -> dict[str, str]:
    """Every secret of SHOP, opened with the keys of the house."""
    runtime, keyring = house.service.runtime, house.service.keyring()
    sealer = Sealer(SHOP, NativeCipher(), keyring, runtime.random)
    return run(contents.opened(house.ledger(), sealer))


def step(house: House) -> Answer:
    return house.call("POST", "/keys/rotate")


def to_the_end(house: House) -> list[int]:
    """Steps until nothing remains; how many each re-sealed."""
    taken = []
    for _ in range(100):
        answer = step(house)
        assert answer.status == 200, answer.body
        taken.append(answer.json["resealed"])
        if answer.json["remaining"] == 0:
            return taken
    raise AssertionError("the rotation does not end")


def corrupt_one(house: House, name: str) -> None:
    record = stored(house)[Name(name)]
    keep_text(house.ledger(), replace(record, sealed=f"{record.sealed}A"))
