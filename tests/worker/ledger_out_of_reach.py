"""A Worker's entry for tests: a run's object does not reach the ledger while KV has `test/down`.

Only copied into a temporary folder, over the project's own entry; never deployed.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from positronic.api.ledger_location import ledger_location
from positronic.api.service import Service
from positronic.cloudflare import brain_run, js_kv, serving
from positronic.cloudflare.brain_run import BrainRun
from positronic.cloudflare.entrypoint import Default
from positronic.cloudflare.ledger_calls import LedgerCalls
from positronic.cloudflare.ledger_objects import LedgerObjects
from positronic.cloudflare.project_ledger import ProjectLedger
from positronic.commands.command import Command
from positronic.runs.directory import RunDirectory

__all__ = ["BrainRun", "Default", "ProjectLedger"]


class _Unreachable(Exception):
    """As the platform's errors are: another try may help."""

    retryable = True


class _Nowhere:
    """A namespace of objects, and each of its objects: none answers."""

    def getByName(self, _: str, /, **__: str) -> _Nowhere:  # noqa: N802 - JavaScript's name
        return self

    def jurisdiction(self, _: str, /) -> _Nowhere:
        return self

    async def carry_out(self, _: str) -> str:
        raise _Unreachable


def _service_of(env: Any, ctx: Any, runs: RunDirectory) -> Service:  # noqa: ANN401
    service = serving.service_of(env, ctx, runs)
    send, kv = service.runtime.send, js_kv.JsNamespace(env.SECRETS_KV)

    async def sometimes(command: Command) -> object:
        is_of_a_run = command.action in ("brain.read", "brain.settle")
        if is_of_a_run and (await kv.get(["test/down"])).get("test/down"):
            objects = LedgerObjects(_Nowhere(), ledger_location("", ""), is_local=True)
            return await LedgerCalls(objects, service.keyring())(command)
        return await send(command)

    return replace(service, runtime=replace(service.runtime, send=sometimes))


brain_run.service_of = _service_of  # type: ignore[attr-defined]
