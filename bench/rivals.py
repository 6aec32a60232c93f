"""What px is measured against, each with the same names in it: wrangler, aws on moto, dotenvx."""

from __future__ import annotations

import contextlib
import json
import os
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import httpx

from bench.command import Command
from px.local.port import free_port
from px.local.process_group import ProcessGroup
from px.project.workspace import Workspace, node
from px.tools.place import current

HERE: Final = Path(__file__).parent
TOOLS: Final = HERE.parent / ".venv-bench" / "bin"
PATIENCE: Final = 60.0  # seconds for moto to start

_AWS: Final = {
    "AWS_ACCESS_KEY_ID": "bench",
    "AWS_SECRET_ACCESS_KEY": "bench",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_EC2_METADATA_DISABLED": "true",
}


def dotenvx(names: Sequence[str], folder: Path) -> Command:
    """`npx dotenvx get`: reads a file, no server."""
    (folder / ".env").write_text("".join(f'{name}="value of {name}"\n' for name in names))
    (folder / "node_modules").symlink_to(HERE / "node_modules")
    return Command(
        ["npx", "--no", "dotenvx", "get"], folder, {"npm_config_update_notifier": "false"}
    )


def wrangler_list(project: Workspace, names: Sequence[str], folder: Path) -> Command:
    """`wrangler kv key list --local`: Miniflare's KV of a project of its own."""
    wrangler_put(project, names, folder).run()
    return _wrangler(project, folder, "key", "list", "--binding", "KV", "--local")


def wrangler_put(project: Workspace, names: Sequence[str], folder: Path) -> Command:
    """`wrangler kv bulk put --local`: as many values, into the same."""
    (folder / "wrangler.toml").write_text(
        'name = "bench"\ncompatibility_date = "2026-11-01"\n'
        '[[kv_namespaces]]\nbinding = "KV"\nid = "bench"\n'
    )
    pairs = [{"key": name, "value": f"value of {name}"} for name in names]
    (folder / "bulk.json").write_text(json.dumps(pairs))
    return _wrangler(project, folder, "bulk", "put", "bulk.json", "--binding", "KV", "--local")


def _wrangler(project: Workspace, folder: Path, *words: str) -> Command:
    quiet = {"WRANGLER_SEND_METRICS": "false", "WRANGLER_HIDE_BANNER": "true", "CI": "true"}
    return Command([node(), current().wrangler(), "kv", *words], folder, quiet)


@contextlib.contextmanager
def aws(names: Sequence[str], folder: Path) -> Iterator[Command]:
    """`aws secretsmanager list-secrets` against moto's server."""
    url = f"http://127.0.0.1:{(port := free_port())}"
    with (folder / "moto.log").open("wb") as log:
        server = ProcessGroup(
            [str(TOOLS / "moto_server"), "--host", "127.0.0.1", "--port", str(port)],
            cwd=folder,
            env={"PATH": os.environ["PATH"], "HOME": str(folder), **_AWS},
            log=log,
        )
        try:
            _fill(url, names)
            listing = ["secretsmanager", "list-secrets", "--endpoint-url", url]
            yield Command([TOOLS / "aws", *listing], folder, _AWS)
        finally:
            server.stop()


def _fill(url: str, names: Sequence[str]) -> None:
    """By the service's own API; moto looks at the region in the signature, not at the signature."""
    scope = "bench/20261101/us-east-1/secretsmanager/aws4_request"
    headers = {
        "Content-Type": "application/x-amz-json-1.1",
        "X-Amz-Target": "secretsmanager.CreateSecret",
        "Authorization": f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0",
    }
    with httpx.Client(base_url=url, headers=headers) as client:
        _wait(client)
        for name in names:
            body = {
                "Name": name,
                "SecretString": f"value of {name}",
                "ClientRequestToken": "0" * 32,
            }
            client.post("/", content=json.dumps(body)).raise_for_status()


def _wait(client: httpx.Client) -> None:
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            client.get("/moto-api/data.json").raise_for_status()
        except httpx.TransportError:
            if time.monotonic() > deadline:
                raise SystemExit("moto's server did not start") from None
            time.sleep(0.1)
        else:
            return
