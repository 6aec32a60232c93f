"""A config for workerd without wrangler: the Worker, real local KV, and a gate that calls /status.

KV is Miniflare's own: the same Durable Object that `wrangler dev` runs, on the same files. The
Worker's own Durable Objects are where `wrangler dev` puts them too. wrangler's proxy is missing.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from px.local.door import Door
from px.project import owner_only
from px.project.manifest import Manifest, read_manifest
from px.project.workspace import Workspace
from px.tools.place import current

SOCKET: Final = "http"
GATE: Final = "gate"
CONFIG: Final = "config.capnp"

# workerd loads Python itself from px's tools on disk, never from the network.
_LOCAL_FLAGS: Final = ("python_workers_development", "experimental")
_JAVASCRIPT: Final = (".js", ".mjs")
# What Miniflare says to a socket that takes RPC, HOST_CAPNP_CONNECT.
_RPC_HOST: Final = "miniflare-unsafe-internal-capnp-connect"

_GATE_SCRIPT: Final = """\
export default {
  async test(controller, env) {
    const answer = await env.WORKER.fetch("http://127.0.0.1/status");
    if (answer.status !== 200) throw new Error(`GET /status answered ${answer.status}`);
  },
};
"""

_INTERNET: Final = (
    'network = (allow = ["public", "private"], tlsOptions = (trustBrowserCas = true))'
)
# It answers nothing. A network that allows nothing would still look names up.
_OFFLINE: Final = "worker = .gate"

_TEMPLATE: Final = """\
using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    (name = "worker", worker = .worker),
    (name = "gate", worker = .gate),
    (name = "kv:object", worker = .kvObject),
    (name = "kv:disk", disk = (path = $kv, writable = true)),
    (name = "internet", $internet),
    (name = "objects:disk", disk = (path = $objects, writable = true)),
    $entries
  ],
  sockets = [
    (name = "http", address = "127.0.0.1:0", http = (), service = "worker"),
    $doors
  ],
  extensions = [(modules = [
    (name = "miniflare:shared", esModule = embed $shared),
    (name = "miniflare:zod", esModule = embed $zod),
  ])],
);

const worker :Workerd.Worker = (
  compatibilityDate = $date,
  compatibilityFlags = [$flags],
  bindings = [
    $bindings
  ],
  modules = [
    $modules
  ],
  durableObjectNamespaces = [$classes],
  durableObjectStorage = (localDisk = "objects:disk"),
);

const gate :Workerd.Worker = (
  compatibilityDate = $date,
  modules = [(name = "gate.js", esModule = $gate)],
  bindings = [(name = "WORKER", service = "worker")],
);

const kvObject :Workerd.Worker = (
  compatibilityDate = "2023-07-24",
  compatibilityFlags = ["nodejs_compat", "experimental"],
  modules = [(name = "namespace.js", esModule = embed $namespace)],
  durableObjectNamespaces = [
    (className = "KVNamespaceObject", uniqueKey = "miniflare-KVNamespaceObject"),
  ],
  durableObjectStorage = (localDisk = "kv:disk"),
  bindings = [(name = "MINIFLARE_BLOBS", service = "kv:disk")],
);
"""

_KV_ENTRY: Final = """\
(name = $service, worker = (
      compatibilityDate = "2023-07-24",
      modules = [(name = "entry.js", esModule = embed $entry)],
      bindings = [
        (name = "MINIFLARE_NAMESPACE", text = $namespace),
        (name = "MINIFLARE_OBJECT", durableObjectNamespace =
          (className = "KVNamespaceObject", serviceName = "kv:object")),
      ],
    )),"""


def write_config(
    project: Workspace,
    folder: Path,
    secrets: Mapping[str, str],
    *,
    config: Path | None = None,
    persist: Path | None = None,
    is_online: bool = False,
    doors: Sequence[Door] = (),
) -> Path:
    """Writes workerd's config to a private folder; returns its path.

    Unless it is online, the Worker reaches no network, not even this machine's own.
    """
    source = config or project.config
    state = (persist or folder / "state") / "v3"
    for kind in ("kv", "do"):
        (state / kind).mkdir(parents=True, exist_ok=True)
    modules = source.parent / "python_modules"
    manifest = read_manifest(source, project.environment)
    internet = _INTERNET if is_online else _OFFLINE
    text = _render(manifest, modules, secrets, state, internet, doors)
    target = folder / CONFIG
    owner_only.replace(target, text.encode())
    return target


def _render(
    manifest: Manifest,
    python_modules: Path,
    secrets: Mapping[str, str],
    state: Path,
    internet: str,
    doors: Sequence[Door],
) -> str:
    """The config's text. It contains `secrets`: only the owner may read the file."""
    workers = current().package("miniflare") / "dist" / "src" / "workers"
    flags = dict.fromkeys((*manifest.flags, *_LOCAL_FLAGS))
    return _fill(
        _TEMPLATE,
        date=_quote(manifest.date),
        flags=", ".join(_quote(flag) for flag in flags),
        bindings=_join(_bindings(manifest, secrets)),
        modules=_join(_modules(manifest, python_modules)),
        entries=_join(_entries(manifest, workers)),
        doors=_join(_doors(doors)),
        kv=_quote(state / "kv"),
        objects=_quote(state / "do"),
        classes=", ".join(_classes(manifest)),
        gate=_quote(_GATE_SCRIPT),
        internet=internet,
        namespace=_quote(workers / "kv" / "namespace.worker.js"),
        shared=_quote(workers / "shared" / "index.worker.js"),
        zod=_quote(workers / "shared" / "zod.worker.js"),
    )


def _bindings(manifest: Manifest, secrets: Mapping[str, str]) -> Iterator[str]:
    for name, text in {**manifest.variables, **secrets}.items():
        yield f"(name = {_quote(name)}, text = {_quote(text)}),"
    for name, namespace in manifest.local_namespaces.items():
        yield f"(name = {_quote(name)}, kvNamespace = {_quote(f'kv:{namespace}')}),"
    for name, class_name in manifest.objects.items():
        designator = f"(className = {_quote(class_name)})"
        yield f"(name = {_quote(name)}, durableObjectNamespace = {designator}),"


def _classes(manifest: Manifest) -> Iterator[str]:
    name = manifest.fields.get("name", "worker")
    for class_name in dict.fromkeys(manifest.objects.values()):
        key = _quote(f"{name}-{class_name}")  # wrangler's local name
        yield f"(className = {_quote(class_name)}, uniqueKey = {key}, enableSql = true)"


def _entries(manifest: Manifest, workers: Path) -> Iterator[str]:
    entry = _quote(workers / "shared" / "object-entry.worker.js")
    for namespace in dict.fromkeys(manifest.local_namespaces.values()):
        service = _quote(f"kv:{namespace}")
        yield _fill(_KV_ENTRY, service=service, namespace=_quote(namespace), entry=entry)


def _doors(doors: Sequence[Door]) -> Iterator[str]:
    for number, door in enumerate(doors):
        entrypoint = f"entrypoint = {_quote(door.entrypoint)}, " if door.entrypoint else ""
        props = _quote(json.dumps(door.props))
        yield (
            f'(name = "door-{number}", address = {_quote(f"unix:{door.path}")}, '
            f"http = (capnpConnectHost = {_quote(_RPC_HOST)}), "
            f'service = (name = "worker", {entrypoint}props = (json = {props}))),'
        )


def _modules(manifest: Manifest, python_modules: Path) -> Iterator[str]:
    """Main first, then the other files of its language, then the packages, like wrangler.

    JavaScript beside Python too, as `rules` of our wrangler.toml says.
    """
    main, folder = manifest.main, manifest.main.parent
    scripts = {*folder.rglob(f"*{main.suffix}"), *folder.rglob("*.mjs")} - {main}
    for path in (main, *sorted(scripts)):
        kind = "esModule" if path.suffix in _JAVASCRIPT else "pythonModule"
        yield _module(str(path.relative_to(folder)), kind, path)
    for path in sorted(python_modules.rglob("*")):
        if path.is_file() and path.suffix != ".pyc":
            name = path.relative_to(python_modules)
            script = name.parts[0] == "workers" and path.suffix in _JAVASCRIPT
            yield _module(f"python_modules/{name}", "esModule" if script else "data", path)


def _module(name: str, kind: str, path: Path) -> str:
    return f"(name = {_quote(name)}, {kind} = embed {_quote(path.resolve())}),"


def _join(lines: Iterator[str]) -> str:
    return "\n    ".join(lines)


def _fill(template: str, **parts: str) -> str:
    # Not str.format or repeated replace: a part may contain `{` or `$name`.
    pieces = re.split(r"\$(\w+)", template)
    pieces[1::2] = [parts[name] for name in pieces[1::2]]
    return "".join(pieces)


def _quote(text: str | Path) -> str:
    """A Cap'n Proto string: C escapes, and UTF-8 unchanged."""
    return json.dumps(str(text), ensure_ascii=False)
