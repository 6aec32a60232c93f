"""A run that reads what has expired: it says so, or is refused where the policy is enforced."""

from __future__ import annotations

from typing import Any, Final

import pytest

from positronic import BrainSecrets, SecretExpired, brain
from positronic.times import iso
from support.memory_service import START, House

State = dict[str, Any]

PAST: Final = iso(START - 1000)


async def _read(state: State, secrets: BrainSecrets) -> State:
    return {"lengths": [len(await secrets.get(name)) for name in ("KEY", "OTHER")]}


async def _ask(state: State, secrets: BrainSecrets) -> State:
    try:
        return {"found": await secrets.get("KEY", "a default")}
    except SecretExpired as error:
        return {"refused": str(error)}


BRAINS: Final = (brain("reader").step("Read", _read), brain("asker").step("Ask", _ask))


def _house(**policy: object) -> House:
    house = House(brains=BRAINS)
    house.put("KEY", "OTHER")
    assert house.call("PATCH", "/secrets/KEY", policy).status == 200
    return house


def _run(house: House, title: str) -> tuple[dict[str, Any], str]:
    """What is shown of a run, and its events."""
    run_id = house.call("POST", "/brains/runs", {"identifier": title}).json["brainRunId"]
    watched = house.call("GET", f"/brains/runs/{run_id}/watch").body.decode()
    return dict(house.call("GET", f"/brains/runs/{run_id}").json), watched


def test_it_is_read_and_said() -> None:
    """The events name it with its date, and so does a line for the operator; no value is shown."""
    house = _house(expiresAt=PAST)
    found, watched = _run(house, "reader")

    assert found["status"] == "complete"
    assert f'"expired":{{"KEY":"{PAST}"}}' in watched
    assert next(line for line in house.reported if "has expired" in line).endswith(": KEY")
    assert "value of" not in watched + "".join(house.reported)


@pytest.mark.parametrize("policy", [{}, {"expiresAt": iso(START + 86_400_000)}, {"enforce": True}])
def test_what_has_not_expired_is_not_mentioned(policy: dict[str, object]) -> None:
    house = _house(**policy)
    found, watched = _run(house, "reader")

    assert found["status"] == "complete"
    assert '"expired"' not in watched
    assert house.reported == []


def test_enforced_it_is_refused() -> None:
    """Also with a default, for there is a secret; a brain may catch it, and nothing was read."""
    house = _house(expiresAt=PAST, enforce=True)
    found, _ = _run(house, "reader")
    asked, _ = _run(house, "asker")
    said = f"the secret KEY expired at {PAST}, and may not be read"

    assert found["status"] == "error"
    assert (found["error"]["name"], found["error"]["message"]) == ("SecretExpired", said)
    assert asked["state"] == {"refused": said}
    assert "brain.read" not in [event["action"] for event in house.events()]


def test_the_clock_of_the_ledger_decides() -> None:
    """Read before its end, it is refused from the millisecond on that the policy names."""
    house = _house(expiresAt=iso(START + 5_000), enforce=True)
    before, _ = _run(house, "reader")
    house.clock.now = START + 5_000
    after, _ = _run(house, "reader")

    assert (before["status"], after["status"]) == ("complete", "error")
