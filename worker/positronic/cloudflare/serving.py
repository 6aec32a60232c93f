"""The API on Cloudflare: bindings in, Response out."""

from __future__ import annotations

import os
from functools import partial
from typing import Any, Final

from workers import Response

from positronic.api.admission import handle
from positronic.api.service import Runtime, Service
from positronic.ciphers.webcrypto import WebCryptoCipher
from positronic.cloudflare import isolate, js_streams
from positronic.cloudflare.ledger_calls import LedgerCalls
from positronic.cloudflare.ledger_objects import LedgerObjects, check_jurisdiction
from positronic.cloudflare.run_objects import PassedOn
from positronic.cloudflare.settings import keyring_of, ledger_location_of, settings_of
from positronic.commands.command import Command
from positronic.copies.workers_kv import KvCopies
from positronic.http import request
from positronic.names import MAX_BODY
from positronic.runs.directory import RunDirectory

MAX_DRAINED: Final = 4 * MAX_BODY  # bytes that are discarded; each costs time


async def serve(js_request: Any, service: Service, ctx: Any) -> Response:
    answer = await handle(_request(js_request), service)
    await js_streams.drain(js_request, MAX_DRAINED)
    body: Any = answer.body or None
    if isinstance(answer.stream, PassedOn):
        body = answer.stream.body
    elif answer.stream is not None:
        body = js_streams.readable(answer.stream, ctx)
    return Response(body, status=answer.status, headers=answer.headers)


def service_of(env: Any, ctx: Any, runs: RunDirectory) -> Service:
    settings = settings_of(env)
    runtime = Runtime(
        cipher=WebCryptoCipher(),
        clock=isolate.now,
        random=os.urandom,
        report=print,
        send=partial(_send, env),
        in_background=partial(js_streams.keep_on, ctx),
        runs=runs,
        known_values=isolate.known_values,
        copies=partial(KvCopies, env.SECRETS_KV),
    )
    return Service(settings, runtime, isolate.brains, isolate.large_bodies, isolate.known_projects)


async def _send(env: Any, command: Command) -> Any:
    location = ledger_location_of(env)
    is_local = bool(settings_of(env).local_origin)
    calls = LedgerCalls(LedgerObjects(env.PROJECT_LEDGER, location, is_local), keyring_of(env))
    if location.jurisdiction not in isolate.checked:
        await check_jurisdiction(calls, command, location.jurisdiction)
        isolate.checked.add(location.jurisdiction)
    return await calls(command)


def _request(js_request: Any) -> request.Request:
    # The raw method, because the SDK's enum fails on unknown ones.
    headers = {pair[0].lower(): pair[1] for pair in js_request.headers}
    return request.Request(
        js_request.method, js_request.url, headers, partial(js_streams.whole, js_request)
    )
