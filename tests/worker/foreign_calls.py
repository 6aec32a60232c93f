"""Inside the test Worker: what a Worker that binds our object, and has no key, can make of it."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Any

import js
from pyodide.ffi import to_js
from workers import import_from_javascript

from contracts.commanding import command, put
from contracts.worlds import KEYS, OTHER_PROJECT, PROJECT
from positronic.api.ledger_location import LedgerLocation
from positronic.cloudflare.brain_run import BrainRun
from positronic.cloudflare.crossings import carry_out
from positronic.cloudflare.ledger_calls import LedgerCalls
from positronic.cloudflare.ledger_objects import LedgerObjects
from positronic.cloudflare.project_ledger import ProjectLedger
from positronic.commands.message import pack
from positronic.sealing.keyring import Keyring

VALUE = "value-that-nobody-else-gets"
_CALLER = import_from_javascript("foreign_caller.mjs")

FOREIGN = '"foreign.call"'
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
    objects = LedgerObjects(partial(carry_out, env._env), LedgerLocation("", ""), is_local=True)
    own = LedgerCalls(objects, Keyring(KEYS))
    await own(put("A", VALUE))
    before = await _state(own)
    stub = env.PROJECT_LEDGER._binding.getByName(PROJECT)
    told = {}
    calls: list[tuple[str, list[object]]] = []
    for name in dir(ProjectLedger):
        calls += [(name, []), (name, ["A"])]
    for number, (name, args) in enumerate([*calls, *MORE]):
        told[f"{number} {name}{args}"] = await _call(stub, name, args)
    secrets = [
        VALUE,
        *(key.partition(":")[2] for key in (KEYS, EVIL)),
        "px1.",
        "sealed",
        *('"result"', "answer: ="),  # what our own entry is answered
    ]
    found = {"told": told, "secrets": secrets, "before": before, "after": await _state(own)}
    found |= {"recorded": await _recorded(own), "untouched": await _untouched(env, own)}
    return found | {"run": await tried_on_a_run(env)}


async def tried_on_a_run(env: Any) -> dict[str, str]:  # noqa: ANN401
    """What each call to a run's object gave; at last `kept`, which our own rerun calls."""
    stub = env.BRAIN_RUN._binding.getByName(f"{PROJECT}/{'0' * 32}")
    calls: list[tuple[str, list[object]]] = [(name, []) for name in dir(BrainRun)]
    calls += [("__setattr__", [name, "text"]) for name in ("runs", "kept", "fetch", "ctx", "env")]
    calls += [("__delattr__", [name]) for name in ("runs", "ctx", "env")]
    calls += [("__getattribute__", [name]) for name in ("ctx", "env", "__dict__")]
    calls += [("__init__", [{}, {"MASTER_KEYS": EVIL}])]
    told = {f"{name}{args}": await _call(stub, name, args) for name, args in calls}
    return told | {"at last": await _call(stub, "kept", [0])}


async def _state(own: LedgerCalls) -> object:
    listed = await own(command("secret.list", limit=9))
    events = [text for text, _ in await _events(own) if FOREIGN not in text]
    return [listed, await own(command("secret.exists", name="A")), events]


async def _events(own: LedgerCalls) -> list[tuple[str, str]]:
    """Each as it is kept, and its verdict."""
    events, *_ = await own(command("audit.list", limit=99))
    return [(one[1], one[3]) for one in events]


async def _recorded(own: LedgerCalls) -> list[tuple[str, str]]:
    """The events of our calls: written when they were answered, so they may come a little later."""
    for _ in range(500):
        if found := [one for one in await _events(own) if FOREIGN in one[0]]:
            return found
        await asyncio.sleep(0.01)
    return []


async def _untouched(env: Any, own: LedgerCalls) -> object:  # noqa: ANN401
    """What a project has that nobody but us ever called."""
    stub = env.PROJECT_LEDGER._binding.getByName(OTHER_PROJECT)
    for message in ("", "garbage", pack(put("A"), Keyring(EVIL))):
        await _call(stub, "carry_out", [message])
    events, *_ = await own(command("audit.list", limit=9)._replace(project=OTHER_PROJECT))
    return events


async def _call(stub: Any, name: str, args: list[object]) -> str:  # noqa: ANN401
    """By JavaScript alone, as another Worker would; the text of the answer, or of the error."""
    try:
        given = to_js(args, dict_converter=js.Object.fromEntries)
        return f"answer: {await _CALLER.call(stub, name, given)}"
    except Exception as error:  # noqa: BLE001 - whatever crosses
        return f"error: {error}"
