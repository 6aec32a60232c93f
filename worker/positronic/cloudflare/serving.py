"""The API on Cloudflare: bindings in, Response out."""

from __future__ import annotations

import os
from functools import cache, partial
from typing import Any, Final

import pydantic_core

from positronic.api.admission import handle
from positronic.api.service import Runtime, Service, Settings, keyring_of, ledger_location_of
from positronic.cloudflare import isolate, js_http, js_kv, js_streams, settings
from positronic.cloudflare.crossings import carry_out, crossings
from positronic.cloudflare.ledger_calls import LedgerCalls
from positronic.cloudflare.ledger_objects import LedgerObjects, check_jurisdiction
from positronic.cloudflare.run_objects import PassedOn
from positronic.commands.command import Command
from positronic.copies.workers_kv import KvCopies
from positronic.http.request import HEADERS, Request
from positronic.names import MAX_BODY, Project
from positronic.runs.directory import RunDirectory

MAX_DRAINED: Final = 4 * MAX_BODY  # bytes that are discarded; each costs time


async def serve(js_request: Any, env: Any, ctx: Any, runs: RunDirectory) -> Any:
    """A JavaScript Response."""
    method, url, headers, has_body, variables = pydantic_core.from_json(
        _receiver()(js_request, env)
    )
    service = _service(settings.parse(variables), env, ctx, runs)
    sent = js_streams.Body(js_request, has_ended=not has_body)
    answer = await handle(Request(method, url, headers, sent.whole), service)
    await sent.drain(MAX_DRAINED)
    body: Any = answer.body.decode() or None
    if isinstance(answer.stream, PassedOn):
        body = answer.stream.body
    elif answer.stream is not None:
        body = js_streams.readable(answer.stream, ctx)
    return js_http.response(answer.status, body, answer.headers)


@cache
def _receiver() -> Any:
    """The raw method, because the SDK's enum fails on unknown ones."""
    return crossings().receiver(settings.reader(), *HEADERS)


def service_of(env: Any, ctx: Any, runs: RunDirectory) -> Service:
    return _service(settings.settings_of(env), env, ctx, runs)


def _service(found: Settings, env: Any, ctx: Any, runs: RunDirectory) -> Service:
    # A binding is looked up when it is needed: each takes a call to JavaScript.
    runtime = Runtime(
        values=partial(settings.values_of, found),
        clock=isolate.now,
        random=os.urandom,
        report=print,
        send=partial(send, env, found),
        in_background=partial(js_streams.keep_on, ctx),
        runs=runs,
        known_values=isolate.known_values,
        copies=partial(_copies, env),
        body_seconds=None,  # see `js_streams.Body`
    )
    return Service(
        *(found, runtime, isolate.brains, isolate.large_bodies),
        *(isolate.known_projects, isolate.unknown_projects),
    )


def _copies(env: Any, project: Project) -> KvCopies:
    return KvCopies(js_kv.JsNamespace(env.SECRETS_KV), project)


async def send(env: Any, found: Settings, command: Command) -> Any:
    """To the object that has the ledger of the command's project."""
    location = ledger_location_of(found)
    objects = LedgerObjects(partial(carry_out, env), location, bool(found.local_origin))
    calls = LedgerCalls(objects, keyring_of(found))
    if location.jurisdiction not in isolate.checked:
        await check_jurisdiction(calls, command, location.jurisdiction)
        isolate.checked.add(location.jurisdiction)
    return await calls(command)
