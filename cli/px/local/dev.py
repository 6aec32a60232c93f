"""`px dev` without its output: set up, start, pass on changes, stop."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Final, NamedTuple, Protocol

from px.errors import Interrupted, PxError
from px.local.apps import AppAddress, AppOutput, Apps
from px.local.code import Code
from px.local.port import HOST
from px.local.served import ServedWorker, forget
from px.local.server import LocalWorker
from px.local.setup import set_up
from px.local.still_starting import said_if_slow
from px.local.watched import Watched
from px.local.worker_log import NewOutput
from px.project import dev_state, dev_vars, owner_only
from px.project.apart import missing_variables
from px.project.errors import AlreadyRunning
from px.project.local_state import LocalState, read_local
from px.project.own import own_manifest
from px.project.workspace import Workspace
from px.terminal import Progress

TICK: Final = 0.2  # seconds between two checks for changes

# push(project, local) brings what changed in .env.secrets into its Worker, and says so.
# Raises PxError.
Push = Callable[[Workspace, LocalState], None]
# adopt(url, token) brings what local KV had before there were ledgers, and says so; empty: it had
# nothing. Raises PxError.
Adopt = Callable[[str, str], str]
# check(project, url, token) warns of what the code asks for and the Worker lacks.
Check = Callable[[Workspace, str, str], None]
# note(state) lets other commands know what px dev is doing: a state of px.project.dev_state.
Note = Callable[[str], None]


class StartedWith(NamedTuple):
    """What the Worker was started with."""

    code: Code
    dev_vars: Watched
    note: Note


class DevOutput(AppOutput, Protocol):
    """The output of `px dev`, printed by the caller, who owns the terminal."""

    def bar(self, total: int) -> AbstractContextManager[Progress]:
        """How much of the total is downloaded."""

    def ready(self, url: str, apps: Sequence[AppAddress]) -> None:
        """The Worker answers and has imported .env.secrets; its apps were started."""

    def log(self, written: bytes) -> None:
        """The Worker wrote this to its log."""


def run(
    project: Workspace,
    port: int,
    push: Push,
    adopt: Adopt,
    check: Check,
    output: DevOutput,
    named: Sequence[Path] = (),
) -> None:
    """Never returns: raises KeyboardInterrupt, or LocalError if the Worker exits by itself.

    `named`: the configs of other Workers that run beside the project's own.
    """
    manifest = own_manifest(project)
    keys = Watched(project.dev_vars)
    with _only_one(project) as note, Apps(project, named, port) as apps:
        if lacks := missing_variables(manifest):
            output.say(f"Warning: {project.environment.shown} has no variable {', '.join(lacks)}")
        dev_vars.check(project)
        set_up(project, output.say, output.bar)
        for name in dev_vars.not_ignored(project):
            output.say(f"Warning: git does not ignore {name}; add it to .gitignore")
        known = dev_vars.prepare(project, f"http://{HOST}:{port}")
        started = StartedWith(Code(project.worker), keys, note)
        keys.take()
        with said_if_slow(output.say) as in_time, _worker(project, port, apps) as worker:
            in_time()
            note(dev_state.RUNNING)
            _adopt(lambda: adopt(known.url, known.token), output)
            _serve(
                worker,
                lambda: push(project, known),
                lambda: check(project, known.url, known.token),
                output,
                started,
                apps,
            )


def _worker(project: Workspace, port: int, apps: Apps) -> LocalWorker:
    if not apps:
        return LocalWorker(project, port=port)
    return ServedWorker(project, port=port, doors=apps.doors)


def _serve(
    worker: LocalWorker,
    push: Callable[[], None],
    check: Callable[[], None],
    output: DevOutput,
    started: StartedWith,
    apps: Apps,
) -> None:
    """Never returns."""
    secrets, written = Watched(worker.project.env_secrets), NewOutput(worker.log_path)
    config = Watched(worker.project.config)
    code, keys, note = started
    at_start = dev_vars.read_at_start(worker.project)
    if secrets.is_there:
        _push(push, secrets, output)
    apps.start(output)
    output.ready(worker.url, apps.addresses)
    check()
    while True:
        time.sleep(TICK)
        if new := written.take():
            output.log(new)
        if worker.exit_code() is not None:
            raise worker.why_it_ended()
        is_stopped = worker.group_id is None  # it did not start, but the next version may
        has_other_doors, has_other_config = apps.look(output), config.changed()
        is_mended = is_stopped and (has_other_config or keys.changed())
        if code.changed() or has_other_doors or is_mended:
            keys.take()
            mended = "settings" if is_mended else "code"
            _restart(worker, keys, output, note, "bindings" if has_other_doors else mended)
            if worker.group_id is not None:
                check()
        elif is_stopped:
            continue
        elif keys.changed():
            now = dev_vars.read_at_start(worker.project)
            if now not in (None, at_start):
                at_start = now
                _restart(worker, keys, output, note, f"settings in {keys.path.name}")
                has_keys = worker.group_id is not None
            else:
                has_keys = _reload(worker, keys, output)
            if has_keys and secrets.is_there:  # what it pushed is remembered by these keys
                _push(push, secrets, output)
        elif secrets.changed() and secrets.is_there:
            _push(push, secrets, output)
            check()


def _adopt(adopt: Callable[[], str], output: DevOutput) -> None:
    try:
        if told := adopt():
            output.say(told)
    except Interrupted:
        raise KeyboardInterrupt from None
    except PxError as problem:
        output.refused("local KV was not adopted; `px project adopt` tries it again", problem)


def _restart(worker: LocalWorker, keys: Watched, output: DevOutput, note: Note, what: str) -> None:
    """Not worker.reload(), as wrangler does not recover from code that does not start."""
    note(dev_state.RESTARTING)
    worker.stop()
    try:
        keys.check()
        dev_vars.check_keys(worker.project)
        with said_if_slow(output.say):
            worker.start()
    except PxError as problem:
        note(dev_state.STOPPED)
        output.refused("the Worker is stopped; fix it, and px restarts the Worker", problem)
    else:
        note(dev_state.RUNNING)
        output.say(f"Restarted the Worker: its {what} changed")


def _reload(worker: LocalWorker, keys: Watched, output: DevOutput) -> bool:
    """Passes on only a regular file: wrangler would wait forever for any other. Whether it did."""
    try:
        keys.check()
        dev_vars.check_keys(worker.project)
        worker.reload()
    except PxError as problem:
        output.refused("the Worker keeps its current keys; fix it", problem)
        return False
    output.say(f"Reloaded {keys.path.name}")
    return True


def _push(push: Callable[[], None], secrets: Watched, output: DevOutput) -> None:
    """A refused file does not stop the Worker: the next version may be right."""
    try:
        secrets.check()
        push()
    except Interrupted:  # what an import raises on Ctrl-C, to say how far it got
        raise KeyboardInterrupt from None
    except PxError as problem:
        output.refused(
            f"{secrets.path.name} was not pushed; fix it, and px pushes it again", problem
        )


@contextmanager
def _only_one(project: Workspace) -> Iterator[Note]:
    """Raises LocalError while another `px dev` is running in the project."""
    path = project.dev_lock
    try:
        with owner_only.locked(path, wait=False) as lock:
            os.truncate(lock, 0)
            dev_state.note(lock, dev_state.STARTING)
            forget(project)  # what a killed px dev left
            yield partial(dev_state.note, lock)
    except BlockingIOError:
        raise _already_running(project) from None


def _already_running(project: Workspace) -> AlreadyRunning:
    where = ""
    with suppress(PxError):
        known = read_local(project.local_json)
        where = f" at {known.url}" if known else ""
    return AlreadyRunning(
        f"px dev is already running in this project{where}",
        f"stop it first: process {dev_state.process_of(project) or 'unknown'}",
    )
