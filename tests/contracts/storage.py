"""What every Storage promises: one backend, whose parts do not touch each other."""

from __future__ import annotations

from contracts.audit_log import event
from contracts.records import record
from contracts.suite import Suite
from contracts.token_store import token
from contracts.worlds import PROJECT, RETENTION, World
from positronic.names import Name, parse_project

SUITE: Suite[World] = Suite("storage")


@SUITE.check
async def check_keeps(world: World) -> None:
    """What was put through one handle is there through the next one."""
    storage = world.storage
    await storage.records(PROJECT).put(record("A"))
    await storage.tokens(PROJECT).put(token(1))
    await storage.audit_log(PROJECT, RETENTION).append(event(1))
    await storage.projects().add(PROJECT)

    assert await storage.records(PROJECT).get([Name("A")]) == {"A": record("A")}, "the secret"
    assert await storage.tokens(PROJECT).get(token(1).id) == token(1), "the token"
    assert (await storage.audit_log(PROJECT, RETENTION).list(None, 9)).items == [event(1)], "event"
    assert (await storage.projects().list(None, 9)).items == [PROJECT], "the project"


@SUITE.check
async def check_parts_apart(world: World) -> None:
    """One project's secrets, tokens and events are three lists, and no other project's."""
    storage = world.storage
    await storage.records(PROJECT).put(record("A"))
    await storage.tokens(PROJECT).put(token(1))
    await storage.audit_log(PROJECT, RETENTION).append(event(1))
    for other in ("a-b", "secret", "token", "audit", "projects"):
        project = parse_project(other)

        assert (await storage.records(project).list(None, 9)).items == [], f"secrets of {other}"
        assert (await storage.tokens(project).list(None, 9)).items == [], f"tokens of {other}"
        log = storage.audit_log(project, RETENTION)
        assert (await log.list(None, 9)).items == [], f"events of {other}"
    assert len((await storage.records(PROJECT).list(None, 9)).items) == 1, "secrets"
    assert len((await storage.tokens(PROJECT).list(None, 9)).items) == 1, "tokens"
    assert (await storage.projects().list(None, 9)).items == [], "a project that was not added"
