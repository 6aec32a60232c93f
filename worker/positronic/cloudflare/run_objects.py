"""RunDirectory on Durable Objects: one for each run, named `<project>/<run id>`."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Protocol

from positronic.errors import NotFound, StoreFailed
from positronic.http.request import Response
from positronic.names import Project
from positronic.ports import Clock, RandomBytes
from positronic.runs import record
from positronic.runs.directory import Kept, RunWork
from positronic.runs.record import KeptEvent, RunLog, new_id
from positronic.runs.run import Run


class ObjectNamespace(Protocol):
    """The part of a Durable Object binding that we use."""

    def getByName(self, name: str) -> Any: ...  # noqa: N802


@dataclass(frozen=True, slots=True)
class PassedOn:
    """Another object's body: a JavaScript stream, passed on unread."""

    body: Any

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for part in self.body:
            yield part.to_bytes()


@contextmanager
def answering(whose: str) -> Iterator[None]:
    """Raises StoreFailed for whatever the object raises."""
    try:
        yield
    except Exception:  # noqa: BLE001 - JsException, whose text may hold anything
        raise StoreFailed(f"{whose} object did not answer") from None


class RemoteRuns:
    """Forwards the whole request, unread, to the run's object."""

    def __init__(self, env: Any, js_request: object, random: RandomBytes) -> None:
        self._env = env
        self._js_request = js_request
        self._random = random

    async def at(self, project: Project, run_id: str | None, work: RunWork) -> Response:
        name = object_name(project, run_id or new_id(self._random))
        with answering("the run's"):
            answer = await self._env.BRAIN_RUN.getByName(name).fetch(self._js_request)
        headers = {pair[0].title(): pair[1] for pair in answer.headers}
        return Response(answer.status, headers=headers, stream=PassedOn(answer.body))

    async def kept(self, project: Project, run_id: str, after: int) -> Kept | None:
        return await _kept(self._env.BRAIN_RUN, object_name(project, run_id), after)


class OwnRun:
    """Inside one run's object; `name` is only needed before the run is stored."""

    def __init__(
        self, log: RunLog, name: str | None, namespace: ObjectNamespace, clock: Clock
    ) -> None:
        found = log.load()
        self._name = object_name(found.project, found.id) if found else str(name)
        self._namespace = namespace
        self.run = Run(self._name.partition("/")[2], log, clock)

    async def at(self, project: Project, run_id: str | None, work: RunWork) -> Response:
        if object_name(project, run_id or self.run.id) != self._name:
            raise NotFound("there is no run with this id")
        return await work(self.run)

    async def kept(self, project: Project, run_id: str, after: int) -> Kept | None:
        return await _kept(self._namespace, object_name(project, run_id), after)


def object_name(project: Project, run_id: str) -> str:
    """Unambiguous, because no project name contains a slash."""
    return f"{project}/{run_id}"


def pack(kept: Kept | None) -> str:
    """A run as text, for another object."""
    if kept is None:
        return ""
    found, events = kept
    return json.dumps([record.encode(found), events])


async def _kept(namespace: ObjectNamespace, name: str, after: int) -> Kept | None:
    with answering("the earlier run's"):
        text = await namespace.getByName(name).kept(after)
    if not text:
        return None
    found, events = json.loads(text)
    return record.decode(found), [KeptEvent(number, event) for number, event in events]
