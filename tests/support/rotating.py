"""A house before and after a new master key, and what stands in it."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from positronic.names import Name, Project
from positronic.ports import Metadata, Record, TokenRecord
from positronic.secrets.sealed_store import SealedStore
from support.memory_service import MASTER_KEYS, SETTINGS, SHOP, Answer, House
from support.running import run

NEW_KEY: Final = MASTER_KEYS.replace("key-1:AAEC", "key-2:AAED")
ROTATED: Final = replace(SETTINGS, master_keys=f"{NEW_KEY} {MASTER_KEYS}")
ONLY_NEW: Final = replace(SETTINGS, master_keys=NEW_KEY)


def filled(count: int) -> House:
    """A house under the old key with so many secrets, each updated once, a second later."""
    house = House()
    names = [f"N{number:04}" for number in range(count)]
    for _ in range(2):
        house.put(*names)
        house.clock.now += 1000
    return house


def rotated_house(house: House, **more: object) -> House:
    """The same storage under the new key and the old one."""
    return House(settings=ROTATED, storage=house.storage, **more)  # type: ignore[arg-type]


def stored(house: House, project: Project = SHOP) -> dict[Name, Record]:
    async def steps() -> dict[Name, Record]:
        page = await house.records(project).list(None, 10_000)
        return dict(await house.records(project).get([item.name for item in page.items]))

    return run(steps())


def without_key(metadata: Metadata) -> Metadata:
    return replace(metadata, key_id="")


def tokens_of(house: House) -> list[TokenRecord]:
    return list(run(house.tokens().list(None, 10_000)).items)


def opened(house: House) -> dict[str, str]:
    """Every secret of SHOP, opened with the keys of the house."""
    runtime, keyring = house.service.runtime, house.service.keyring()

    async def steps() -> dict[str, str]:
        store = SealedStore(
            *(SHOP, house.records(), runtime.cipher, keyring),
            clock=runtime.clock,
            random=runtime.random,
        )
        found = await store.get(list(names))
        return {name: (await secret.open()).reveal() for name, secret in found.items()}

    names = stored(house)
    return run(steps())


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
    run(house.records().put(replace(record, sealed=f"{record.sealed}A")))
