"""The Durable Object that has one project's ledger: the record of truth.

Nothing of it hangs on the object: over a binding, another Worker of the account reads what hangs
there, and writes it. Its methods are the platform's and `carry_out`, which takes a command with a
MAC and answers with text.
"""

from __future__ import annotations

import asyncio
import os
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final
from weakref import WeakKeyDictionary

from workers import DurableObject

from positronic.adoption.first_layout import NOTHING, FirstLayout
from positronic.adoption.leftovers import Leftovers
from positronic.adoption.standing import Standing
from positronic.api.service import audit_retention, keyring_of, run_limits
from positronic.ciphers.workers import WorkersCipher
from positronic.cloudflare import isolate, js_streams
from positronic.cloudflare.crossings import crossings
from positronic.cloudflare.given import NothingHangs
from positronic.cloudflare.js_kv import JsNamespace
from positronic.cloudflare.object_database import ObjectDatabase
from positronic.cloudflare.settings import settings_of, targets_of, values_of
from positronic.commands.alarm import Alarm, asking_itself
from positronic.commands.message import ForeignCommand, answered, refused, unpack
from positronic.commands.noting import Noting
from positronic.commands.place import Place
from positronic.commands.target_pushes import claiming
from positronic.commands.work import Tools
from positronic.copies.drain import are_many_due
from positronic.copies.pace import Pace
from positronic.copies.workers_kv import KvCopies
from positronic.errors import PositronicError
from positronic.ledger.project_rows import DIRECTORY
from positronic.ledger.remembered import RememberedLedger
from positronic.ledger.setting_rows import OWNER, OWNER_ID, SETTING
from positronic.ledger.sqlite import SqliteLedger
from positronic.names import Project
from positronic.stores.kv.first_layout import KvFirstLayout
from positronic.targets.drain import TargetDrain
from positronic.times import wait_after
from positronic.traceback_summary import summary_of

AT_ONCE: Final = 0.02  # seconds: the answer goes first, and several changes are copied together
ALARM_AFTER: Final = 5_000  # milliseconds: what was to be done at once is done then, if it was not
MAX_SIZE: Final = 8 * 10**9  # bytes with which a ledger takes no new values; 10 GB is the end


@dataclass(slots=True)
class _Held:
    """One object's means; `failed`: how often its duties failed in a row.

    `tools` by project: an object's `env` stays as it was when the object was made. `is_due`: duties
    are begun in a moment, by `task`, which nobody else holds. `alarm_at`: when the alarm rings, in
    milliseconds; None: it is not known, or not set.
    """

    ctx: Any
    env: Any
    name: str | None
    database: ObjectDatabase
    ledger: RememberedLedger
    standing: Standing
    ringing: asyncio.Future[None] | None = None
    task: asyncio.Task[None] | None = None
    is_due: bool = False
    alarm_at: int | None = None
    pace: Pace = field(default_factory=Pace)
    failed: int = 0
    tools: dict[Project, Tools] = field(default_factory=dict)


_held: WeakKeyDictionary[object, _Held] = WeakKeyDictionary()


class ProjectLedger(NothingHangs, DurableObject):
    """One project's secrets, tokens and events, and the copies in KV that are due."""

    def __new__(cls, ctx: Any, env: Any) -> ProjectLedger:
        # Here `ctx` and `env` are the platform's own: its SQL is ten times as fast as the SDK's.
        made: ProjectLedger = super().__new__(cls, ctx, env)
        database = ObjectDatabase(ctx.storage)
        standing = Standing(_first_layout(env, str(ctx.id.name)))
        ledger = RememberedLedger(SqliteLedger(database, os.urandom), database)
        _held[made] = _Held(ctx, env, ctx.id.name, database, ledger, standing)
        return made

    def __init__(self, _: Any, __: Any) -> None:
        """Keeps nothing: anybody can call it."""

    async def carry_out(self, message: str) -> str:
        """A command as `commands.message` packs it. Raises nothing: an error has its trace."""
        return await _carry_out(_held[self], message)

    async def alarm(self, _: Any = None) -> None:
        """Does what is due. What fails is tried later: the platform gives up after six times."""
        held = _held[self]
        held.alarm_at = None
        await _ring(held)


async def _carry_out(held: _Held, message: object) -> str:
    try:
        project = Project(str(held.name))
        tools = _tools(held, project)
        keyring = tools.keyring
        _look(held)
        try:
            command = unpack(str(message), project, keyring)
        except ForeignCommand as foreign:
            Noting(project, held.ledger, tools).foreign(foreign, isolate.foreign_calls)
            return refused(foreign.answer)
        place = Place(project, held.ledger, tools, partial(_wake, held))
        return answered(await place.run(command))
    except PositronicError as error:
        return refused(error)
    except Exception as error:  # noqa: BLE001 - over RPC it would carry its traceback
        print(f"ledger: {summary_of(error)}")  # noqa: T201 - the operator's log
        return refused(PositronicError("internal error in the project's ledger"))


def _look(held: _Held) -> None:
    if held.ledger.look():
        for tools in held.tools.values():
            tools.last_event.forget()


def _tools(held: _Held, project: Project) -> Tools:
    if project not in held.tools:
        held.tools[project] = _make_tools(held, project)
    return held.tools[project]


def _make_tools(held: _Held, project: Project) -> Tools:
    settings = settings_of(held.env)
    return Tools(
        *(WorkersCipher(), keyring_of(settings), values_of(settings, project)),
        *(isolate.now, os.urandom),
        audit_retention(settings) * 1000,
        partial(js_streams.keep_on, held.ctx),
        isolate.audit_throttle,
        held.standing,
        lambda: held.database.size() > MAX_SIZE,
        run_limits(settings),
        targets_of(settings, project),
    )


def _wake(held: _Held, at: int) -> None:
    """In the block of a commit: what is due then is done, at the latest by the alarm.

    What is due now is begun here. For an alarm that is earlier than the one before, the platform
    has to be asked before the commit, which takes as long as the commit: one of a change just
    before will do.
    """
    now = isolate.now()
    if at <= now:
        at = now + ALARM_AFTER
        held.pace.changed(now)
        if not held.is_due:
            asyncio.get_running_loop().call_later(AT_ONCE, _begin, held)
            held.is_due = True
    _set_alarm(held, at)


def _set_alarm(held: _Held, at: int) -> None:
    last = held.alarm_at
    # Or it should have rung long ago.
    if last is None or at < last or last < isolate.now() - ALARM_AFTER:
        states = crossings().wake(held.ctx, at)
        held.alarm_at = at
        held.ledger.wrote(*states.split())


def _begin(held: _Held) -> None:
    now = isolate.now()
    if wait := held.pace.wait(now, are_many=_are_many_due(held, now)):
        asyncio.get_running_loop().call_later(wait / 1000, _begin, held)
        return
    held.is_due = False
    held.task = asyncio.ensure_future(_ring(held))


def _are_many_due(held: _Held, now: int) -> bool:
    try:
        return are_many_due(held.ledger, now)
    except Exception:  # noqa: BLE001 - so does the step that begins now, and it is tried again
        return False


async def _ring(held: _Held) -> None:
    """One step of everything that is due, after the one before; what is left, the alarm does.

    Raises only what setting the alarm raises: if this is the alarm, it then rings again.
    """
    while held.ringing:
        await asyncio.shield(held.ringing)
    held.ringing = ringing = asyncio.get_running_loop().create_future()
    following: int | None = None
    try:
        if (alarm := _alarm(held)) is not None:
            await alarm.ring()
            following = alarm.next()
        held.failed = 0
    except Exception as error:  # noqa: BLE001 - see `alarm`
        print(f"alarm: {summary_of(error)}")  # noqa: T201 - the operator's log
        held.failed += 1
        following = isolate.now() + wait_after(held.failed)
    finally:
        held.ringing = None
        ringing.set_result(None)
    if following is not None:
        _set_alarm(held, held.pace.following(following, isolate.now()))


def _alarm(held: _Held) -> Alarm | None:
    """None: nothing was ever committed, so that there is nothing to do."""
    _look(held)
    row = held.ledger.get(SETTING, [OWNER_ID]).get(OWNER_ID)
    if row is None:
        return None
    project = OWNER.read(row)
    tools = _tools(held, project)
    copies = KvCopies(JsNamespace(held.env.SECRETS_KV), project)
    place = Place(project, held.ledger, tools, partial(_wake, held))
    # By the project that the rows name: an alarm need not know the object's name.
    leftovers = Leftovers(held.ledger, _first_layout(held.env, project), isolate.now)
    ask = asking_itself(project, tools.keyring, os.urandom, place)
    drain = TargetDrain(held.ledger, tools.targets, tools.values, claiming(ask), isolate.now)
    return Alarm(
        *(project, held.ledger, copies, place),
        *(tools.keyring, isolate.now, os.urandom, print),
        [leftovers, drain],
    )


def _first_layout(env: Any, name: str) -> FirstLayout:
    """Nothing was ever kept in KV under the directory's name."""
    return (
        NOTHING if name == DIRECTORY else KvFirstLayout(JsNamespace(env.SECRETS_KV), Project(name))
    )
