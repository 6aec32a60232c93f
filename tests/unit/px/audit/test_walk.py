"""Walks through the audit log, against the real API."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

import pytest

from positronic.names import parse_name, parse_value
from px.api.audit import AuditLog
from px.api.client import Client
from px.api.secrets import Secrets
from px.audit.walk import check, follow, recent
from px.settings import make_target
from px.testing.dev_server import TestDevServer


class World:
    def __init__(self, server: TestDevServer) -> None:
        target = make_target(server.url, server.token)
        self.server, self.client = server, Client(target)
        self.log = AuditLog(self.client)

    def write(self, *names: str) -> None:
        for name in names:
            Secrets(self.client).create(parse_name(name), parse_value("v"))


@pytest.fixture
def world(server: TestDevServer) -> Iterator[World]:
    found = World(server)
    with found.client:
        yield found


def test_a_long_log_is_read_to_its_end(world: World) -> None:
    """Pages are followed."""
    names = [f"N{number}" for number in range(230)]
    world.write(*names)

    assert check(world.log, None).counts == {"intact": 230}
    found = recent(world.log, None, 230)
    assert sorted(event.names[0] for event in found) == sorted(names)
    # By time: events of two requests within a millisecond have no order.
    assert [event.time for event in found] == sorted((e.time for e in found), reverse=True)


def test_following_shows_what_comes_late(world: World) -> None:
    """An event that KV shows after a newer one is still shown, once."""
    world.write("A")

    def meanwhile(_: float) -> None:
        world.server.shift_clock(world.server.shift - 10_000)
        world.write("LATER")

    events = follow(world.log, None, 1, pause=meanwhile)

    assert [event.names for event in islice(events, 3)] == [("A",), ("LATER",), ("LATER",)]


def test_following_repeats_nothing(world: World) -> None:
    """However often it looks."""
    world.write("A", "B")
    rounds = iter(["", "", "C", "", "D"])

    def meanwhile(_: float) -> None:
        if name := next(rounds):
            world.write(name)

    events = follow(world.log, None, 1, pause=meanwhile)

    assert [event.names[0] for event in islice(events, 3)] == ["B", "C", "D"]


def test_an_entry_planted_in_the_future_hides_nothing(world: World) -> None:
    """Somebody who writes to the store cannot make px look away."""
    world.server.shift_clock(10 * 365 * 24 * 3_600_000)
    world.write("FUTURE")
    world.server.shift_clock(0)

    events = follow(world.log, None, 1, pause=lambda _: world.write("NOW"))

    assert [event.names[0] for event in islice(events, 2)] == ["FUTURE", "NOW"]
