"""A test Worker's entry: runs the contracts' checks in here, on what Miniflare and workerd give.

Only copied into a temporary folder, next to `positronic` and `contracts`; never deployed.
"""

from __future__ import annotations

import asyncio
import json
import traceback
from collections.abc import AsyncGenerator
from typing import Any
from urllib.parse import urlsplit

import foreign_calls  # type: ignore[import-not-found]  # beside this file in the Worker
import js
from workers import DurableObject, Response, WorkerEntrypoint

from contracts import KV_SUITES, LEDGER_SUITES
from contracts.ledger_world import memory_ledger, own_ledger
from contracts.worlds import KvWorld
from positronic.ciphers.workers import WorkersCipher
from positronic.cloudflare import isolate, js_http, js_streams
from positronic.cloudflare.brain_run import BrainRun
from positronic.cloudflare.js_kv import JsNamespace
from positronic.cloudflare.object_database import ObjectDatabase
from positronic.cloudflare.platform_tasks import PlatformTask
from positronic.cloudflare.project_ledger import ProjectLedger
from positronic.errors import PositronicError
from positronic.names import Name, Project, TargetName, Value
from positronic.outgoing import NoAnswer
from positronic.ports import InvalidTag
from positronic.providers.exchange import LONGEST_ANSWER
from positronic.providers.making import makes
from positronic.targets import configured

__all__ = ["BrainRun", "Default", "ProjectLedger", "TestLedger"]

LONG = 60.0  # seconds

SUITES: dict[str, dict[str, Any]] = {
    suite.name: suite.checks for suite in (*KV_SUITES, *LEDGER_SUITES)
}


class Default(WorkerEntrypoint):  # type: ignore[misc]
    """GET /suites; POST /run/<kv|memory|object>/<suite>/<check>, /cipher/<seal|open>, /foreign.

    POST /send/<longest>: a request, by the Worker's own sender. /target: a target's calls. /unread:
    an answer that nobody reads. /told: tasks that wait for one of the platform's.
    """

    async def fetch(self, request: Any) -> Response:  # noqa: ANN401
        path = urlsplit(request.url).path.strip("/").split("/")
        match path:
            case ["status"]:
                answer: object = {"ready": True}
            case ["suites"]:
                answer = {name: list(checks) for name, checks in SUITES.items()}
            case ["run", "object", suite, check]:
                # Its own object, with nothing in it yet.
                place = self.env.TEST_LEDGER.getByName(f"{suite}/{check}")
                answer = json.loads(await place.run(suite, check))
            case ["run", "memory", suite, check]:
                answer = await _tried(SUITES[suite][check], memory_ledger(WorkersCipher()))
            case ["run", "kv", suite, check]:
                kv = JsNamespace(self.env.TEST_KV._binding)  # as our own entry has it
                await _wipe(kv)
                world = KvWorld(WorkersCipher(), kv, js.Error.new)
                answer = await _tried(SUITES[suite][check], world)
            case ["foreign"]:
                answer = await foreign_calls.tried(self.env)
            case ["send", longest]:
                answer = await _sent(int(longest), json.loads(await request.text()))
            case ["target"]:
                answer = await _target(**json.loads(await request.text()))
            case ["unread"]:
                answer = await _tried(_unread, None)
            case ["told"]:
                answer = await _tried(_told, None)
            case ["cipher", operation]:
                answer = await _cipher(operation, json.loads(await request.text()))
            case _:
                return Response("no such address", status=404)
        return Response(json.dumps(answer), headers={"Content-Type": "application/json"})


class TestLedger(DurableObject):  # type: ignore[misc]
    """Runs one check of the ledger on its own SQLite."""

    def __new__(cls, ctx: Any, _: Any) -> TestLedger:  # noqa: ANN401
        made: TestLedger = super().__new__(cls)
        made.database = ObjectDatabase(ctx.storage)
        return made

    async def run(self, suite: str, check: str) -> str:
        world = own_ledger(WorkersCipher(), self.database)
        return json.dumps(await _tried(SUITES[suite][check], world))


async def _tried(check: Any, world: object) -> dict[str, object]:  # noqa: ANN401
    try:
        await check(world)
    except Exception as error:  # noqa: BLE001 - the harness reports every failure
        return {"ok": False, "reason": "".join(traceback.format_exception(error))}
    return {"ok": True}


class _Context:
    """Where nothing ends before its work has ended."""

    def waitUntil(self, _: object) -> None:  # noqa: N802 - the platform's name
        return


async def _unread(_: object) -> None:
    """A stream of which nobody takes anything is closed in time."""
    closed = asyncio.Event()

    async def endless() -> AsyncGenerator[bytes, None]:
        try:
            while True:
                yield b"part"
        finally:
            closed.set()

    held = js_streams.readable(endless(), _Context(), seconds=0.2)
    await asyncio.wait_for(closed.wait(), LONG)
    assert not held.locked, "somebody reads"


async def _told(_: object) -> None:
    """Whoever waits for a task of the platform's is told its end, also other tasks."""
    loop = asyncio.get_running_loop()
    given = loop.create_future()

    async def called() -> int:
        return int(await given)

    async def awaits() -> object:
        return await task

    task = PlatformTask(called(), loop)
    told: list[object] = []
    task.add_done_callback(lambda ended: told.append(ended.result()))
    waiting = [asyncio.wait_for(awaits(), LONG), awaits(), asyncio.shield(task)]
    loop.call_later(0.01, given.set_result, 7)
    async with asyncio.timeout(LONG):
        assert list(await asyncio.gather(*waiting)) == [7, 7, 7]
    assert told == [7]


async def _wipe(namespace: Any) -> None:  # noqa: ANN401
    while keys := [key["name"] for key in (await namespace.list(prefix=""))["keys"]]:
        await asyncio.gather(*(namespace.delete(key) for key in keys))


async def _sent(longest: int, asked: list[Any]) -> object:
    method, url, headers, body = asked
    try:
        answer = await js_http.sender(longest)(method, url, headers, body.encode())
    except NoAnswer as error:
        return {"lost": repr(error), "cause": repr(error.__cause__)}
    return [answer.status, answer.headers, answer.body.decode()]


async def _target(table: str, credentials: dict[str, str], calls: list[list[Any]]) -> object:
    """What the calls of the target `production` answer, or the sentence of their error."""
    project = Project("shop")
    said: list[object] = []
    configs = configured.parse(table, credentials, project, is_local=True)
    adapters = makes(js_http.sender(LONGEST_ANSWER), isolate.now)
    target = configured.opened(configs, project, adapters)[TargetName("production")].usable()
    for call, name, *rest in calls:
        try:
            if call == "put":
                said.append(await target.put(Name(name), Value(rest[0]), rest[1]))
            elif call == "look":
                found = await target.look([Name(name)])
                said.append({one: [at.is_ours, at.receipt] for one, at in found.items()})
            else:
                await target.delete(Name(name))
                said.append("deleted")
        except PositronicError as error:
            said.append(f"{error.code}: {error.message}")
    return said


async def _cipher(operation: str, fields: dict[str, str]) -> dict[str, object]:
    key, nonce, text, aad = (
        bytes.fromhex(fields[name]) for name in ("key", "nonce", "text", "aad")
    )
    cipher = WorkersCipher()
    try:
        if operation == "seal":
            [made] = await cipher.seal_many([(key, nonce, text, aad)])
        else:
            made = await cipher.open(key, nonce, text, aad)
        return {"ok": True, "text": made.hex()}
    except InvalidTag:
        return {"ok": False, "reason": "InvalidTag"}
