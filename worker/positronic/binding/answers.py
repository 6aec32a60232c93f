"""`answer`: the only way in over a service binding. Every failure becomes a code and a sentence.

An exception would cross with its traceback and without its code.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import suppress

from positronic.access.binding_refusals import NoProps
from positronic.api.service import Service
from positronic.audit.events import Origin
from positronic.binding.methods import METHODS
from positronic.binding.props import WrongProps, read_props
from positronic.commands.asked_bindings import LedgerBinding
from positronic.commands.asking import LedgerUnreachable
from positronic.errors import PositronicError
from positronic.names import App
from positronic.traceback_summary import summary_of

NOBODY = App("unknown")  # for the audit log: whose binding does not say who it is


async def answer(service: Service, props: str, method: str, sent: Sequence[object]) -> str:
    """JSON: {"ok": true, "value": ...} or {"ok": false, "code": ..., "message": ...}."""
    origin = Origin(service.runtime.random(8).hex(), None)
    try:
        secrets = await _secrets(service, props, origin)
        return json.dumps({"ok": True, "value": await METHODS[method](secrets, sent)})
    except LedgerUnreachable as error:
        why = f"{error.message}, and only the ledger knows what is granted"
        return _refused(error.code, why)
    except PositronicError as error:
        return _refused(error.code, error.message)
    except Exception as error:  # noqa: BLE001 - the one place that catches all
        service.runtime.report(f"binding, request {origin.request_id}: {summary_of(error)}")
        return _refused("internal", f"internal error, request {origin.request_id}")


async def _secrets(service: Service, text: str, origin: Origin) -> LedgerBinding:
    """Raises NoProps, NotConfigured."""
    access = service.access()
    try:
        props = read_props(text)
    except WrongProps as wrong:
        project = wrong.project or access.project(None)
        ask = service.binding_asking(project, wrong.app or NOBODY, origin)
        with suppress(PositronicError):  # it was recorded, or it cannot be
            await LedgerBinding(ask, service.runtime.values(project), None).refuse()
        raise NoProps(wrong.reason) from None
    ask = service.binding_asking(props.project, props.app, origin)
    return LedgerBinding(ask, service.runtime.values(props.project), props.narrow)


def _refused(code: str, message: str) -> str:
    return json.dumps({"ok": False, "code": code, "message": message})
