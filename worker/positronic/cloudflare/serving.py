"""The API on Cloudflare: bindings in, Response out."""

from __future__ import annotations

import json
import os
from functools import cache, partial
from typing import Any, Final

from positronic.api.admission import handle
from positronic.api.service import Runtime, Service, Settings, keyring_of, ledger_location_of
from positronic.cloudflare import isolate, js_http, js_kv, js_streams
from positronic.cloudflare.crossings import crossings
from positronic.cloudflare.ledger_calls import LedgerCalls
from positronic.cloudflare.ledger_objects import LedgerNamespace, LedgerObjects, check_jurisdiction
from positronic.cloudflare.run_objects import PassedOn
from positronic.cloudflare.settings import settings_of, values_of
from positronic.commands.command import Command
from positronic.copies.workers_kv import KvCopies
from positronic.http.request import HEADERS, Request
from positronic.names import MAX_BODY
from positronic.runs.directory import RunDirectory

MAX_DRAINED: Final = 4 * MAX_BODY  # bytes that are discarded; each costs time


async def serve(js_request: Any, service: Service, ctx: Any) -> Any:
    """A JavaScript Response."""
    method, url, headers, has_body = json.loads(_receiver()(js_request))
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
    return crossings().receiver(*HEADERS)


def service_of(env: Any, ctx: Any, runs: RunDirectory) -> Service:
    settings = settings_of(env)
    runtime = Runtime(
        values=partial(values_of, settings),
        clock=isolate.now,
        random=os.urandom,
        report=print,
        send=partial(_send, env.PROJECT_LEDGER, settings),
        in_background=partial(js_streams.keep_on, ctx),
        runs=runs,
        known_values=isolate.known_values,
        copies=partial(KvCopies, js_kv.JsNamespace(env.SECRETS_KV)),
    )
    return Service(
        *(settings, runtime, isolate.brains, isolate.large_bodies),
        *(isolate.known_projects, isolate.unknown_projects),
    )


async def _send(namespace: LedgerNamespace, settings: Settings, command: Command) -> Any:
    location = ledger_location_of(settings)
    objects = LedgerObjects(namespace, location, bool(settings.local_origin))
    calls = LedgerCalls(objects, keyring_of(settings))
    if location.jurisdiction not in isolate.checked:
        await check_jurisdiction(calls, command, location.jurisdiction)
        isolate.checked.add(location.jurisdiction)
    return await calls(command)
