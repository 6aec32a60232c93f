"""Inside the test Worker: what a Worker that binds our object, and has no key, can make of it."""

from __future__ import annotations

from typing import Any

import js
from pyodide.ffi import to_js

from contracts.commanding import command, put
from contracts.worlds import KEYS, PROJECT
from positronic.cloudflare.ledger_calls import LedgerCalls
from positronic.cloudflare.project_ledger import ProjectLedger
from positronic.commands.message import pack
from positronic.sealing.keyring import Keyring

VALUE = "value-that-nobody-else-gets"
EVIL = "k1:ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8="

MORE: list[tuple[str, list[object]]] = [
    ("__getattribute__", ["ctx"]),
    ("__getattribute__", ["env"]),
    ("__getattribute__", ["__dict__"]),
    ("__setattr__", ["carry_out", "text"]),
    ("__setattr__", ["env", {"MASTER_KEYS": EVIL}]),
    ("__setattr__", ["alarm", "text"]),
    ("__delattr__", ["carry_out"]),
    ("__init__", [{}, {"MASTER_KEYS": EVIL}]),
    ("carry_out", [""]),
    ("carry_out", ["garbage"]),
    ("carry_out", [pack(command("secret.list", limit=9), Keyring(EVIL))]),
    ("carry_out", [pack(command("secret.delete", name="A"), Keyring(EVIL))]),
    ("carry_out", [7]),
]


async def tried(env: Any) -> dict[str, object]:  # noqa: ANN401 - the SDK's bindings
    """What each call gave, and what our own entry finds before and afterwards."""
    own = LedgerCalls(env.PROJECT_LEDGER, Keyring(KEYS))
    await own(put("A", VALUE))
    before = await _state(own)
    stub = env.PROJECT_LEDGER._binding.getByName(PROJECT)
    told = {}
    calls: list[tuple[str, list[object]]] = []
    for name in dir(ProjectLedger):
        calls += [(name, []), (name, ["A"])]
    for number, (name, args) in enumerate([*calls, *MORE]):
        told[f"{number} {name}{args}"] = await _call(stub, name, args)
    secrets = [VALUE, *(key.partition(":")[2] for key in (KEYS, EVIL)), "px1.", "sealed", "result"]
    return {"told": told, "secrets": secrets, "before": before, "after": await _state(own)}


async def _state(own: LedgerCalls) -> object:
    listed = await own(command("secret.list", limit=9))
    events, _ = await own(command("audit.list", limit=9))
    return [listed, await own(command("secret.exists", name="A")), events]


async def _call(stub: Any, name: str, args: list[object]) -> str:  # noqa: ANN401
    """By JavaScript alone, as another Worker would; the text of the answer, or of the error."""
    try:
        method = js.Reflect.get(stub, name)
        given = to_js(args, dict_converter=js.Object.fromEntries)
        result = await js.Reflect.apply(method, stub, given)
    except Exception as error:  # noqa: BLE001 - whatever crosses
        return f"error: {error}"
    return f"answer: {js.JSON.stringify(result)}"
