"""The schedule: starts the brains that name the cron which has fired."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Final

from positronic.api.service import Service
from positronic.api.session import Session
from positronic.audit.events import Origin
from positronic.errors import PositronicError
from positronic.names import Project, TokenName
from positronic.roles import SCHEDULE, Role

SECONDS: Final = 60  # that the token of a start is valid, if it cannot be revoked

# Sends a body to `POST /brains/runs` with that token, and returns the status.
Start = Callable[[Project, str, str], Awaitable[int]]


async def start_scheduled(service: Service, cron: str, start: Start) -> None:
    """One that cannot be started is reported, and the others start. Raises NotConfigured."""
    session = _session(service)
    for brain in service.brains.all():
        if brain.schedule != cron:
            continue
        try:
            await _start(session, brain.title, start)
        except PositronicError as error:
            service.runtime.report(f"schedule: {brain.title!r}: {error.code}: {error.message}")


def _session(service: Service) -> Session:
    project = service.access().project(None)
    origin = Origin(service.runtime.random(8).hex(), None)
    return Session(service, project, SCHEDULE, Role.ROOT, origin)


async def _start(session: Session, title: str, start: Start) -> None:
    """As anybody starts one: with a token, which is gone afterwards."""
    await session.enter()
    issuer = session.issuer()
    token, _ = await issuer.issue(TokenName(SCHEDULE.name), Role.RUNNER, SECONDS)
    try:
        status = await start(session.project, token.text, json.dumps({"identifier": title}))
        if status != 201:
            raise PositronicError(f"the start was answered with {status}")
    finally:
        with suppress(PositronicError):
            await issuer.revoke(token.id)
