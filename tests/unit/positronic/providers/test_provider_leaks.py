"""Neither a value nor a credential is in an error, a traceback, a log or an address."""

from __future__ import annotations

import logging
import traceback

import pytest

from contracts.suite import settled
from positronic.errors import PositronicError
from positronic.names import parse_name, parse_value
from support.providers import aws, fly, vault, worker_secrets
from support.providers.worlds import CASES, SEND, World
from support.running import run

CANARY = "canary-value-91d4 canary-value-91d4"
SECRETS = (
    CANARY,
    "canary-value-91d4",
    aws.SECRET_KEY,
    vault.TOKEN,
    fly.TOKEN,
    worker_secrets.TOKEN,
)


async def _all_of_it(world: World) -> list[str]:
    """What each call says, in good times and in bad ones."""
    name, value, said = parse_name("A"), parse_value(CANARY), [repr(world.target)]
    for how in ("", "throttled", "broken", "lost"):
        for call in ("put", "look", "delete"):
            world.fail(how, 9 if how else 0)
            try:
                match call:
                    case "put":
                        await world.target.put(name, value, 1)
                    case "look":
                        said.append(repr(await world.target.look([name])))
                    case _:
                        await world.target.delete(name)
            except PositronicError as error:
                said += ["".join(traceback.format_exception(error)), error.message, repr(error)]
        world.fail("", 0)
    await settled(world.target.put(name, parse_value("{{" + CANARY * 300), 2))
    return said


@pytest.mark.parametrize("provider", CASES)
def test_nothing_leaks(
    provider: str, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    """Although a careless provider's answers repeat what it was sent."""
    caplog.set_level(logging.DEBUG)
    with CASES[provider].standing_in() as make:

        async def tried() -> tuple[list[str], World]:
            world = make(SEND)
            return await _all_of_it(world), world

        said, world = run(tried())
    printed = capfd.readouterr()
    seen = "\n".join([*said, caplog.text, printed.out, printed.err])
    addresses = "\n".join(one.path for one in world.standin.asked)

    assert any("answered 500" in one for one in said)
    for secret in SECRETS:
        assert secret not in seen
        assert secret not in addresses
    answers = str([one.document for one in world.standin.said])
    assert CANARY not in answers, "a value was asked for"
