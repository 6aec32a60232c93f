"""A few names are asked for at once, and never more than a Worker has connections for."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from contracts.suite import raises
from positronic.errors import StoreFailed
from positronic.names import parse_name
from positronic.outgoing import Answer, Send
from positronic.ports import Target
from positronic.providers.side_by_side import AT_ONCE, side_by_side
from support.providers import vault, worlds
from support.providers.standin import Standin

NAMES = [parse_name(f"N{number:02}") for number in range(12)]
NOWHERE = Standin("https://provider.example", vault.Vault())
TARGETS: dict[str, Callable[[Send], Target]] = {
    "aws-secrets-manager": lambda send: worlds.secrets_manager(NOWHERE, send),
    "aws-parameter-store": lambda send: worlds.parameter_store(NOWHERE, send),
    "vault": lambda send: worlds.vault_target(NOWHERE, send),
}


@dataclass
class Crowd:
    """Says of everything that it is there, or not. `most`: how many requests ran at once."""

    running: int = 0
    most: int = 0
    count: int = 0

    async def __call__(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes
    ) -> Answer:
        self.count += 1
        self.running += 1
        self.most = max(self.most, self.running)
        await asyncio.sleep(0)
        self.running -= 1
        status, document = _said(headers, body)
        return Answer(status, {}, json.dumps(document).encode())


def _said(headers: Mapping[str, str], body: bytes) -> tuple[int, object]:
    action = {name.lower(): text for name, text in headers.items()}.get("x-amz-target", "")
    if action.endswith("DescribeParameters"):
        asked: Any = json.loads(body)
        names = asked["ParameterFilters"][0]["Values"]
        return 200, {"Parameters": [{"Name": name, "Version": 1} for name in names]}
    if action.endswith("ListTagsForResource"):
        return 200, {"TagList": []}
    if action:
        return 400, {"__type": "ResourceNotFoundException"}
    return 404, {"errors": []}


@pytest.mark.parametrize("make", TARGETS.values(), ids=TARGETS)
def test_a_look_asks_for_some_names_at_once(make: Callable[[Send], Target]) -> None:
    """For each name once."""
    crowd = Crowd()
    asyncio.run(make(crowd).look(NAMES))

    assert (crowd.most, AT_ONCE) == (5, 5)
    assert crowd.count - len(NAMES) in (0, 1)


def test_nothing_runs_on_after_a_failure() -> None:
    """The others of the same few are waited for, and no more are asked."""
    asked, ended = [], []

    async def ask(key: str) -> None:
        asked.append(key)
        await asyncio.sleep(0)
        if key == "N00":
            raise StoreFailed("it is down")
        await asyncio.sleep(0)
        ended.append(key)

    asyncio.run(raises(StoreFailed, side_by_side(NAMES, ask)))
    assert (asked, ended) == (NAMES[:5], NAMES[1:5])
