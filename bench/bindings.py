"""`python -m bench.bindings`: what a secret costs an app over its binding, beside its own KV.

Both in one workerd, timed inside the app, in turn. See README.md.
"""

from __future__ import annotations

import contextlib
import json
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from importlib.resources import files
from pathlib import Path
from typing import Final

from bench import jobs
from bench.checkout import checkout
from bench.connection import Connection
from bench.rounds import Figure
from bench.table import milliseconds, print_head, print_row, times
from bench.worker_secrets import TOKEN, worker_secrets
from px.local import worker_log
from px.local.first_answer import wait_for_answer
from px.local.port import HOST, free_port
from px.local.process_group import ProcessGroup
from px.local.runtime_config import write_config
from px.local.workerd import workerd_command
from px.project.workspace import Workspace

ROUNDS: Final = 5
PATIENCE: Final = 120.0  # seconds for both to answer
NAMES: Final = jobs.NAMES[:100]
APP: Final = Path(__file__).parent / "app_worker" / "app.mjs"
PROPS: Final = {"project": "default", "as": "bench"}

_SERVICE: Final = """
    (name = "app", worker = (
      compatibilityDate = "2026-11-01",
      modules = [
        (name = "app.mjs", esModule = embed {app}),
        (name = "secrets.mjs", esModule = embed {client}),
      ],
      bindings = [
        (name = "KV", kvNamespace = "kv:SECRETS_KV"),
        (name = "SECRETS", service =
          (name = "worker", entrypoint = "Secrets", props = (json = {props}))),
      ],
    )),"""
_SOCKET: Final = ', (name = "app", address = "127.0.0.1:0", http = (), service = "app")'


def main() -> None:
    print_head("in an app's own code", f"median of {ROUNDS} rounds", "its own KV.get", "ours / it")
    with checkout() as project, _running(project) as app:
        found = [app.call("POST", "/", {"names": NAMES}) for _ in range(ROUNDS + 1)]
    ways = {way: Figure(tuple(one[way] for one in found[1:])) for way in found[0]}
    for way, label in (("one", "env.SECRETS.get"), ("many", "each of getMany of 50")):
        ratio = times(ways[way].over(ways["kv"]))
        print_row(label, milliseconds(ways[way]), milliseconds(ways["kv"]), ratio)


@contextlib.contextmanager
def _running(project: Workspace) -> Iterator[Connection]:
    """The app, beside ours with the same names in it."""
    with tempfile.TemporaryDirectory(prefix="px-bench.") as name:
        folder, ports = Path(name), {"http": free_port(), "app": free_port()}
        config = write_config(project, folder, worker_secrets())
        config.write_text(_with_app(config.read_text()))
        log = folder / "worker.log"
        command = workerd_command("serve", config)
        command += [f"--socket-addr={socket}={HOST}:{port}" for socket, port in ports.items()]
        with log.open("wb") as written:
            group = ProcessGroup(command, cwd=folder, env={}, log=written)
        try:
            yield from _connected(folder, ports, log, partial(_check, group, log))
        finally:
            group.stop()


def _check(group: ProcessGroup, log: Path) -> None:
    """Raises LocalError if workerd has ended."""
    if group.exit_code() is not None:
        raise worker_log.explain(log.read_bytes(), log, "workerd did not start")


def _connected(
    folder: Path, ports: dict[str, int], log: Path, check: Callable[[], None]
) -> Iterator[Connection]:
    urls = {name: f"http://{HOST}:{port}" for name, port in ports.items()}
    for url in urls.values():
        wait_for_answer(url, time.monotonic() + PATIENCE, check, log)
    with contextlib.closing(Connection(urls["http"], TOKEN, folder / "state")) as ours:
        jobs.prepare(ours)
        ours.call("POST", "/grants", {"as": PROPS["as"], "read": NAMES}, expected=201)
        ours.copies.wait()
    with contextlib.closing(Connection(urls["app"], "", folder / "state")) as app:
        yield app


def _with_app(config: str) -> str:
    client = Path(str(files("px.app_client") / "secrets.mjs"))
    service = _SERVICE.format(
        app=json.dumps(str(APP)),
        client=json.dumps(str(client)),
        props=json.dumps(json.dumps(PROPS)),
    )
    for mark, more in (("services = [", service), ('http = (), service = "worker")', _SOCKET)):
        config = config.replace(mark, mark + more, 1)
    return config


if __name__ == "__main__":
    main()
