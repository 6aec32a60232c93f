"""Prints one table. workerd itself is measured, not wrangler's proxy, which adds about 3 ms."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import os
import re
import secrets
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Final

import httpx

from bench import command_line
from px.local import snapshot
from px.local.bare import BareWorker
from px.local.setup import set_up
from px.project.workspace import Project, find_project, node

WARM_UP: Final = 30
ROUNDS: Final = 200  # requests to each address, one after the other in turn
STARTS: Final = 5

TOKEN: Final = secrets.token_hex(32)
HEADERS: Final = {"Authorization": f"Bearer {TOKEN}"}
BULK: Final = {"secrets": [{"name": f"BULK_{n}", "value": "x" * 40} for n in range(100)]}

Send = Callable[[httpx.Client], httpx.Response]

ENDPOINTS: Final[Mapping[str, Send]] = {
    "GET /status": lambda client: client.get("/status"),
    "GET /secrets, 100 names": lambda client: client.get("/secrets"),
    "GET /secrets/A/exists": lambda client: client.get("/secrets/A/exists"),
    "POST /secrets, update": lambda client: client.post(
        "/secrets", json={"name": "A", "value": "y" * 40}
    ),
    "POST /secrets/bulk, 100": lambda client: client.post("/secrets/bulk", json=BULK),
    "GET /audit?limit=10": lambda client: client.get("/audit?limit=10"),
    "401, wrong token": lambda client: client.get(
        "/secrets", headers={"Authorization": "Bearer wrong"}
    ),
}


def main() -> None:
    project = find_project(Path(__file__).parent)
    set_up(project, lambda line: print(line, file=sys.stderr))
    print_row("measured", "median", "comparison in the same run", "factor")
    print_row("---", "---", "---", "---")
    with _bare_config() as bare:
        _cold_starts(project, bare)
        _warm(project, bare)
    for cells in command_line.rows(project, own_secrets(), TOKEN):
        print_row(*cells)
    _upload(project)


def _cold_starts(project: Project, bare: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        stored = snapshot.take(project, Path(folder))
        took: dict[str, list[float]] = {"plain": [], "snapshot": [], "bare": []}
        for _ in range(STARTS):
            took["bare"].append(_start(project, bare, None))
            took["plain"].append(_start(project, None, None))
            took["snapshot"].append(_start(project, None, stored))
    base = statistics.median(took["bare"])
    against = f"bare Response, no snapshot {base:.2f} s"
    for label, key in (("without snapshot", "plain"), ("from a snapshot", "snapshot")):
        found = statistics.median(took[key])
        print_row(f"cold start {label}", f"{found:.2f} s", against, f"{found / base:.2f}")


def _start(project: Project, config: Path | None, stored: Path | None) -> float:
    worker = BareWorker(project, secrets=own_secrets(), config=config, snapshot=stored)
    try:
        return worker.start()
    finally:
        worker.stop()


def _warm(project: Project, bare: Path) -> None:
    with (
        BareWorker(project, secrets=own_secrets()) as real,
        BareWorker(project, secrets={}, config=bare) as least,
        httpx.Client(base_url=real.url, headers=HEADERS, timeout=60) as client,
        httpx.Client(base_url=least.url, timeout=60) as least_client,
    ):
        client.post("/secrets", json={"name": "A", "value": "x"}).raise_for_status()
        sends = {label: (client, send) for label, send in ENDPOINTS.items()}
        sends["bare"] = (least_client, lambda chosen: chosen.get("/"))
        took = _in_turn(sends)
    base = statistics.median(took.pop("bare"))
    for label, times in took.items():
        found = statistics.median(times)
        print_row(label, f"{found:.2f} ms", f"bare Response {base:.2f} ms", f"{found / base:.1f}")


def _in_turn(sends: Mapping[str, tuple[httpx.Client, Send]]) -> dict[str, list[float]]:
    """Milliseconds for each: all in turn, so that noise falls on all alike."""
    took: dict[str, list[float]] = {label: [] for label in sends}
    for number in range(WARM_UP + ROUNDS):
        for label, (client, send) in sends.items():
            if label.startswith("POST /secrets/bulk") and number % 10:
                continue
            began = time.perf_counter()
            answer = send(client)
            if number >= WARM_UP:
                took[label].append((time.perf_counter() - began) * 1000)
            expected = 401 if label.startswith("401") else None
            if answer.status_code != (expected or answer.status_code) or answer.status_code >= 500:
                raise SystemExit(f"{label} answered {answer.status_code}")
    return took


def _upload(project: Project) -> None:
    """What `wrangler deploy` would send, by its own account."""
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            [node(), project.wrangler(), "deploy", "--dry-run", "--outdir", folder],
            cwd=project.root,
            env={"PATH": os.environ["PATH"], "HOME": folder, "WRANGLER_SEND_METRICS": "false"},
            capture_output=True,
            text=True,
            check=True,
        )
    match = re.search(r"Total Upload: ([\d.]+ \w+) / gzip: ([\d.]+ \w+)", done.stdout)
    if match is None:
        raise SystemExit("wrangler did not say how much it would upload")
    print_row("upload", match[1], f"gzip {match[2]}, Cloudflare's limit 10 MiB on a paid plan", "")


@contextlib.contextmanager
def _bare_config() -> Iterator[Path]:
    """A wrangler.toml for the bare Worker, with the project's own packages beside it."""
    here = Path(__file__).parent
    project = find_project(here)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "python_modules").symlink_to(project.python_modules)
        main = here / "bare_worker" / "entry.py"
        config = folder / "wrangler.toml"
        config.write_text(
            f'name = "bare"\nmain = "{main}"\ncompatibility_date = "2026-11-01"\n'
            'compatibility_flags = ["python_workers"]\n'
        )
        yield config


def own_secrets() -> dict[str, str]:
    key = base64.b64encode(secrets.token_bytes(32)).decode()
    digest = hashlib.sha256(TOKEN.encode()).hexdigest()
    return {"MASTER_KEYS": f"bench:{key}", "ROOT_TOKEN_SHA256": digest}


def print_row(*cells: str) -> None:
    print(f"| {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main()
