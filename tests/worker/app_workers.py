"""Workers of somebody else beside ours, in one workerd: each with service bindings to ours."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import httpx

from px.app_client.copied import client_files
from px.local.first_answer import wait_for_answer
from px.local.port import HOST, free_port
from px.local.process_group import ProcessGroup
from px.local.runtime_config import write_config
from px.local.workerd import workerd_command
from px.project.workspace import Workspace, node
from px.tools.place import current
from worker.main_worker import MainWorker, Secrets

APPS: Final = Path(__file__).with_name("apps")
OURS: Final = "positronic-secrets"
ENTRYPOINT: Final = "Secrets"

# What the SDK brings; our own packages are none of an app's.
SDK: Final = ("workers", "_workers_sdk", "_pyodide", "_cloudflare", "asgi")
_DATE: Final = "2026-11-01"
PATIENCE: Final = 240.0  # seconds, on a busy machine


@dataclass(frozen=True, slots=True)
class App:
    """One Worker: its main file in APPS, and the props of each binding; None: it has none.

    `more`: other bindings, as workerd's configuration writes them.
    """

    name: str
    main: str
    bindings: Mapping[str, object]
    more: str = ""

    def written(self, folder: Path) -> Path:
        """Its own folder, as somebody would have it: code, the client, wrangler.jsonc."""
        own = folder / self.name
        own.mkdir()
        shutil.copy(APPS / self.main, own)
        for name, content in client_files(own).items():
            (own / name).write_bytes(content)
        fields: dict[str, object] = {"name": self.name, "main": self.main}
        if self.is_python:
            fields["compatibility_flags"] = ["python_workers"]
        services = [_service(binding, props) for binding, props in self.bindings.items()]
        fields |= {"compatibility_date": _DATE, "services": services}
        (own / "wrangler.jsonc").write_text(json.dumps(fields, indent=2))
        return own

    @property
    def is_python(self) -> bool:
        return self.main.endswith(".py")


@dataclass(frozen=True, slots=True)
class Beside:
    """Ours and the apps, all of which answer."""

    worker: MainWorker
    apps: Mapping[str, httpx.Client]
    groups: Sequence[ProcessGroup]

    def ask(self, app: str, binding: str, method: str, *sent: object) -> dict[str, Any]:
        """What the app's own code got: `value`, or `name`, `code` and `message` of an error."""
        asked = {"binding": binding, "method": method, "sent": sent}
        found: dict[str, Any] = self.apps[app].post("/", json=asked).raise_for_status().json()
        return found


@contextmanager
def beside(project: Workspace, folder: Path, *apps: App) -> Iterator[Beside]:
    """All in one workerd, as on Cloudflare."""
    secrets = Secrets()
    config = write_config(project, folder, secrets.variables)
    workers = [_worker(project, app, app.written(folder), _designators(app)) for app in apps]
    ports = {name: free_port() for name in ("http", *(app.name for app in apps))}
    services = [f"(name = {_q(app.name)}, worker = .{app.name})," for app in apps]
    sockets = [f", {_socket(app.name, _q(app.name))}" for app in apps]
    text = _added(config.read_text(), services, sockets) + "".join(workers)
    config.write_text(text)
    with _serving(folder, "worker", config, ports, ports) as group, _clients(ports) as clients:
        worker = MainWorker(clients.pop("http"), secrets, folder / "state", folder / "worker.log")
        yield Beside(worker, clients, [group])


@contextmanager
def apart(project: Workspace, folder: Path, app: App) -> Iterator[Beside]:
    """Each in a workerd of its own: the app's has no more of ours than its bindings' sockets."""
    secrets = Secrets()
    config = write_config(project, folder, secrets.variables)
    ports = {name: free_port() for name in ("http", *app.bindings)}
    sockets = [
        f", {_socket(name, _designator(props), f'capnpConnectHost = {_q(name)}')}"
        for name, props in app.bindings.items()
    ]
    config.write_text(_added(config.read_text(), [], sockets))
    text = _worker(project, app, app.written(folder), {name: _q(name) for name in app.bindings})
    externals = [
        f"(name = {_q(name)}, external = (address = {_q(f'{HOST}:{ports[name]}')}, "
        f"http = (capnpConnectHost = {_q(name)}))),"
        for name in app.bindings
    ]
    own = folder / "app.capnp"
    own.write_text(_APART.format(externals="\n".join(externals), name=app.name) + text)
    app_ports = {app.name: free_port()}
    with (
        _serving(folder, "worker", config, ports, ["http"]) as ours,
        _serving(folder, "app", own, app_ports, app_ports) as theirs,
        _clients({"http": ports["http"]} | app_ports) as clients,
    ):
        worker = MainWorker(clients.pop("http"), secrets, folder / "state", folder / "worker.log")
        yield Beside(worker, clients, [ours, theirs])


_APART: Final = """\
using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    (name = "{name}", worker = .{name}),
    {externals}
  ],
  sockets = [(name = "{name}", address = "127.0.0.1:0", http = (), service = "{name}")],
);
"""


def bundled(folder: Path) -> Path:
    """What wrangler would upload of a JavaScript or TypeScript Worker: one script."""
    quiet = {"WRANGLER_SEND_METRICS": "false", "CI": "true", "HOME": str(folder)}
    subprocess.run(
        [node(), current().wrangler(), "deploy", "--dry-run", "--outdir", "out"],
        cwd=folder,
        env={"PATH": os.environ["PATH"], **quiet},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=True,
    )
    [script] = (folder / "out").glob("*.js")
    return script


def _worker(project: Workspace, app: App, folder: Path, services: Mapping[str, str]) -> str:
    """The Worker as workerd's configuration has it."""
    flags: list[str] = []
    if app.is_python:
        flags = ["python_workers", "python_workers_development", "experimental"]
        mains = [folder / app.main, folder / "positronic_secrets.py"]
        modules = [_module(path.name, "pythonModule", path) for path in mains]
        modules += _sdk(project.python_modules)
    else:
        modules = [_module(app.main, "esModule", bundled(folder))]
    bound = [f"(name = {_q(name)}, service = {to})" for name, to in services.items()]
    return (
        f"\nconst {app.name} :Workerd.Worker = (\n  compatibilityDate = {_q(_DATE)},\n"
        f"  compatibilityFlags = [{', '.join(map(_q, flags))}],\n"
        f"  modules = [{', '.join(modules)}],\n"
        f"  bindings = [{', '.join([*bound, *([app.more] if app.more else [])])}],\n);\n"
    )


def _sdk(python_modules: Path) -> Iterator[str]:
    for path in sorted(python_modules.rglob("*")):
        name = path.relative_to(python_modules)
        if path.is_file() and path.suffix != ".pyc" and name.parts[0].startswith(SDK):
            kind = "esModule" if path.suffix == ".js" else "data"
            yield _module(f"python_modules/{name}", kind, path)


def _service(binding: str, props: object) -> dict[str, object]:
    given = {} if props is None else {"props": props}
    return {"binding": binding, "service": OURS, "entrypoint": ENTRYPOINT, **given}


def _designators(app: App) -> dict[str, str]:
    return {name: _designator(props) for name, props in app.bindings.items()}


def _designator(props: object) -> str:
    given = "" if props is None else f", props = (json = {_q(json.dumps(props))})"
    return f'(name = "worker", entrypoint = {_q(ENTRYPOINT)}{given})'


def _socket(name: str, service: str, http: str = "") -> str:
    address = '"127.0.0.1:0"'
    return f"(name = {_q(name)}, address = {address}, http = ({http}), service = {service})"


def _added(config: str, services: Sequence[str], sockets: Sequence[str]) -> str:
    for mark, more in (("services = [", services), ('http = (), service = "worker")', sockets)):
        assert config.count(mark) == 1
        config = config.replace(mark, mark + "\n    ".join(more))
    return config


def _module(name: str, kind: str, path: Path) -> str:
    return f"(name = {_q(name)}, {kind} = embed {_q(str(path.resolve()))})"


def _q(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


@contextmanager
def _serving(
    folder: Path, name: str, config: Path, ports: Mapping[str, int], answering: Collection[str]
) -> Iterator[ProcessGroup]:
    """Until those of the sockets that are to answer do."""
    command = workerd_command("serve", config)
    command += [f"--socket-addr={socket}={HOST}:{port}" for socket, port in ports.items()]
    log = folder / f"{name}.log"
    with log.open("wb") as written:
        group = ProcessGroup(command, cwd=folder, env={}, log=written)

    def check() -> None:
        assert group.exit_code() is None, log.read_text()

    try:
        deadline = time.monotonic() + PATIENCE
        for socket in answering:
            wait_for_answer(f"http://{HOST}:{ports[socket]}", deadline, check, log)
        yield group
    finally:
        group.stop()


@contextmanager
def _clients(ports: Mapping[str, int]) -> Iterator[dict[str, httpx.Client]]:
    with ExitStack() as stack:
        yield {
            name: stack.enter_context(
                httpx.Client(base_url=f"http://{HOST}:{port}", timeout=120, trust_env=False)
            )
            for name, port in ports.items()
        }
