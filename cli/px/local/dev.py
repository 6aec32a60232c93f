"""`px dev` without its words: set up, start, hand over what changes, stop."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final, NamedTuple, Protocol

from watchfiles import watch

from px.failures import Interrupted, PxError
from px.local import private, state, worker_log
from px.local.code import Code
from px.local.errors import AlreadyRunning, LocalError
from px.local.port import HOST
from px.local.project import Project
from px.local.server import LocalWorker
from px.local.setup import set_up

TICK_MS: Final = 200

Version = tuple[int, int, int] | None

_NEW_KEYS: Final = (
    "Warning: .dev.vars was missing, so there are new master keys; "
    "what lies in local KV under the old ones does not open"
)

# push(path, url, token) imports a dotenv file into the Worker there; raises PxError.
Push = Callable[[Path, str, str], object]


class Started(NamedTuple):
    """What the Worker was started with."""

    code: Code
    dev_vars: Version


class Voice(Protocol):
    """The words of `px dev`, said by whoever owns the terminal."""

    def say(self, line: str) -> None:
        """Something was done, or is worth a warning."""

    def refused(self, what: str, problem: PxError) -> None:
        """Something that changed was not taken; px waits for its next version."""

    def ready(self, url: str) -> None:
        """The Worker answers, and .env.secrets is in it."""

    def log(self, written: bytes) -> None:
        """The Worker wrote this to its log."""


def run(project: Project, port: int, push: Push, voice: Voice) -> None:
    """Returns never: ends by KeyboardInterrupt, or by LocalError when the Worker ends by itself."""
    with _only_one(project):
        state.check(project)
        set_up(project, voice.say)
        for name in state.not_ignored(project):
            voice.say(f"Warning: git does not ignore {name}; add it to .gitignore")
        if project.state.exists() and not project.dev_vars.exists():
            voice.say(_NEW_KEYS)
        known = state.prepare(project, f"http://{HOST}:{port}")
        started = Started(Code(project.worker), _version(project.dev_vars))
        with LocalWorker(project, port=port) as worker:
            _serve(worker, lambda path: push(path, known.url, known.token), voice, started)


def _serve(
    worker: LocalWorker, push: Callable[[Path], object], voice: Voice, started: Started
) -> None:
    """Returns never."""
    secrets, keys = worker.project.env_secrets, worker.project.dev_vars
    code, handed = started
    pushed, read = _version(secrets), 0
    if pushed:
        _push(push, secrets, voice)
    voice.ready(worker.url)
    for _ in _ticks(secrets, keys):
        read = _pass_on(worker.log_path, read, voice)
        if worker.exit_code() is not None:
            raise worker.why_it_ended()
        if code.changed():
            handed = _version(keys)
            _restart(worker, voice)
        if worker.group_id is None:  # its code does not start; the next version may
            continue
        if handed != (handed := _version(keys)):
            worker.reload()
            voice.say(f"Reloaded {keys.name}")
        now = _version(secrets)
        if now and now != pushed:
            _push(push, secrets, voice)
        pushed = now


def _restart(worker: LocalWorker, voice: Voice) -> None:
    """Not worker.reload(): wrangler never comes back from code that does not start."""
    worker.stop()
    try:
        worker.start()
    except LocalError as problem:
        voice.refused("the Worker is stopped; correct it, and px starts it again", problem)
    else:
        voice.say("Started the Worker anew: its code changed")


def _push(push: Callable[[Path], object], secrets: Path, voice: Voice) -> None:
    """A file that is refused does not end the Worker: the next version may be right."""
    try:
        push(secrets)
    except Interrupted:  # what an import makes of Ctrl-C, to say how far it came
        raise KeyboardInterrupt from None
    except PxError as problem:
        voice.refused(f"{secrets.name} was not pushed; correct it, and px pushes it again", problem)
    else:
        voice.say(f"Pushed {secrets.name}")


def _ticks(*files: Path) -> Iterator[object]:
    """At once when a file changed and came to rest, else every TICK_MS."""
    watched = {str(file) for file in files}
    return watch(
        files[0].parent,  # the folder: editors replace a file, and it may not exist yet
        watch_filter=lambda _, path: path in watched,
        recursive=False,
        rust_timeout=TICK_MS,
        yield_on_timeout=True,
    )


def _version(path: Path) -> Version:
    try:
        status = path.stat()
    except FileNotFoundError:
        return None
    return status.st_mtime_ns, status.st_size, status.st_ino


def _pass_on(log: Path, start: int, voice: Voice) -> int:
    written = worker_log.read_from(log, start)
    if written:
        voice.log(written)
    return start + len(written)


@contextmanager
def _only_one(project: Project) -> Iterator[None]:
    """Raises LocalError while another `px dev` runs in the project."""
    path = project.private / "dev.lock"
    try:
        with private.locked(path, wait=False) as lock:
            os.truncate(lock, 0)
            os.write(lock, str(os.getpid()).encode())
            yield
    except BlockingIOError:
        raise _already_running(project, path) from None


def _already_running(project: Project, lock: Path) -> AlreadyRunning:
    where = ""
    with suppress(LocalError):
        known = state.read_local(project)
        where = f" at {known.url}" if known else ""
    return AlreadyRunning(
        f"px dev runs already in this project{where}",
        f"stop it first: process {lock.read_text() or 'unknown'}",
    )
