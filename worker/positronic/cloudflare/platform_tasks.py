"""What the platform calls of ours begins at once, goes on at once, and its answer leaves at once.

Pyodide's loop puts off each step of a coroutine, and each notice of its end, by a message of
JavaScript to itself. To begin a call and to tell its end takes three, longer than some answers, and
one more for whatever it waits for.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from contextvars import Context, copy_context
from typing import Any

from pyodide.webloop import PyodideFuture

from positronic.cloudflare.given import NothingHangs

Coro = Coroutine[Any, Any, Any]


class PlatformTask(asyncio.Task[Any]):
    """A coroutine that JavaScript waits for.

    It cannot wait by `run_sync`, since JavaScript did not call it that way: what is imported from
    JavaScript has to be there before. A brain runs in a task of its own, which can.
    """

    def __init__(self, coro: Coro, loop: asyncio.AbstractEventLoop) -> None:
        # The loop runs on each of Pyodide's threads of execution, and says so only where it begins.
        asyncio._set_running_loop(loop)
        super().__init__(coro, loop=loop, eager_start=True)  # type: ignore[call-arg] # of 3.12

    def add_done_callback(
        self, fn: Callable[[Any], object], /, *, context: Context | None = None
    ) -> None:
        if self.done():
            fn(self)
        else:
            super().add_done_callback(fn, context=context)


class _Awaited(PyodideFuture[Any]):
    """What something of JavaScript's gives, for a task that waits for it.

    `is_given`: that is just being told, by JavaScript itself and by no task.
    """

    is_given = False

    def set_result(self, result: Any) -> None:
        _Awaited.is_given = asyncio.current_task(self.get_loop()) is None
        try:
            super().set_result(result)
        finally:
            _Awaited.is_given = False


def _is_ours(coro: Coro) -> bool:
    """A call of a method by the runtime, whose function for that has the object as `inst`.

    With another runtime, whose function is another, ours are as before, too.
    """
    frame = getattr(coro, "cr_frame", None)
    return frame is not None and isinstance(frame.f_locals.get("inst"), NothingHangs)


def _owner(callback: object) -> object:
    """The task that it is the next step of, if it is one."""
    return getattr(callback, "__self__", None)


def _is_end(args: tuple[Any, ...]) -> bool:
    """What a callback is told when such a task is over, of which the platform wants to know."""
    return bool(args) and isinstance(args[0], PlatformTask)


def begin_at_once(loop: asyncio.AbstractEventLoop) -> None:
    """From now on. What a task makes, and what a project adds to its Worker, is as before.

    Also, the loop no longer counts what is waited for, of which nobody asks the number here: each
    that was over cost a message. Not by a task factory: with one, Pyodide's loop calls what Python
    3.14 no longer has.
    """
    later = loop.create_task

    def create_task(coro: Coro, **options: Any) -> asyncio.Task[Any]:
        if options or asyncio.current_task(loop) is not None or not _is_ours(coro):
            return later(coro, **options)
        return PlatformTask(coro, loop)

    soon = loop.call_soon

    def call_soon(callback: Callable[..., Any], *args: Any, context: Context | None = None) -> Any:
        task = _owner(callback)
        if _Awaited.is_given and isinstance(task, PlatformTask):
            _Awaited.is_given = False  # what the task does now, it does as a task
            asyncio._set_running_loop(loop)
        elif isinstance(task, asyncio.Task) or not _is_end(args):
            return soon(callback, *args, context=context)
        return (context or copy_context()).run(callback, *args)

    def create_future() -> asyncio.Future[Any]:
        made: asyncio.Future[Any] = _Awaited(loop=loop)
        return made

    loop.call_soon = call_soon  # type: ignore[assignment, method-assign]
    loop.create_task = create_task  # type: ignore[assignment, method-assign]
    loop.create_future = create_future  # type: ignore[method-assign]
