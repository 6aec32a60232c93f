"""`python -m soak.serve MINUTES`: px serve under load with a kill each minute, and what came of it.

The last part of the time is without a kill, so that the memory of one process can be looked at.
Calls that have a match in moto's own server stand beside it, as its callers measure it afterwards.
"""

from __future__ import annotations

import random
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import httpx

from px.local.port import free_port
from support import hosting
from support.hosting import Hosted, hosted
from support.serve_kills import check
from support.serve_load import CALLERS, NAMES, ServeLoad

KILL_EVERY: Final = 60.0  # seconds
LAST_PART: Final = 0.4  # of the time, without a kill
LOOK_EVERY: Final = 15.0  # seconds, at the memory
PEER_SECONDS: Final = 30.0
SEED: Final = 20261127

# Our call, moto's, and what it is asked.
MATCHES: Final = {
    "POST secrets": ("PutSecretValue", {"SecretString": "value"}),
    "GET secrets/*/exists": ("DescribeSecret", {}),
    "GET secrets": ("ListSecrets", {}),
}


def main(minutes: float) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        token, port = hosting.init(folder), free_port()
        load = ServeLoad(f"http://127.0.0.1:{port}", token, SEED)
        begun = time.monotonic()
        with load:
            kills = _killed(folder, port, minutes * 60 * (1 - LAST_PART), load)
            with hosted(folder, port=port) as host:
                _watch_memory(host, minutes * 60 * LAST_PART, load)
                load.end()
                check(load, host, folder)
        took = time.monotonic() - begun
    print(f"{load.count:,} calls in {took:,.0f} s, {kills} kills; lost answers: {dict(load.lost)}")
    print("nothing that was acknowledged is lost; no odd answer; every event is intact")
    with moto() as url:
        _table(load.took, _moto_took(url))


def _killed(folder: Path, port: int, seconds: float, load: ServeLoad) -> int:
    """How often."""
    end, kills = time.monotonic() + seconds, 0
    while time.monotonic() + KILL_EVERY / 2 < end:
        with hosted(folder, port=port) as host:
            time.sleep(KILL_EVERY * random.uniform(0.8, 1.1))
            print(f"kill {kills + 1}: {load.count:,} calls, {_memory(host):.1f} MB", flush=True)
            host.kill()
            kills += 1
    return kills


def _watch_memory(host: Hosted, seconds: float, load: ServeLoad) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        time.sleep(min(LOOK_EVERY, seconds))
        print(f"memory: {load.count:,} calls, {_memory(host):.1f} MB", flush=True)


def _memory(host: Hosted) -> float:
    """Of the process, resident, in megabytes."""
    status = Path(f"/proc/{host.process.pid}/status").read_text()
    line = next(one for one in status.splitlines() if one.startswith("VmRSS:"))
    return int(line.split()[1]) / 1000


@contextmanager
def moto() -> Iterator[str]:
    """moto's own server, which keeps all in memory and encrypts nothing."""
    port = free_port()
    command = [sys.executable, "-m", "moto.server", "-p", str(port)]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    process = subprocess.Popen(command, **quiet)  # type: ignore[call-overload]
    try:
        _wait(f"http://127.0.0.1:{port}/moto-api/data.json")
        yield f"http://127.0.0.1:{port}"
    finally:
        process.kill()
        process.wait()


def _wait(url: str) -> None:
    end = time.monotonic() + 60
    while time.monotonic() < end:
        try:
            httpx.get(url, trust_env=False)
        except httpx.TransportError:
            time.sleep(0.1)
        else:
            return
    raise TimeoutError("moto did not start")


def _moto_took(url: str) -> Mapping[str, list[float]]:
    """As many callers as of px serve, each with as many names."""
    took: dict[str, list[float]] = {call: [] for call in MATCHES}
    stopped = threading.Event()
    threads = [
        threading.Thread(target=_ask_moto, args=(url, number, took, stopped))
        for number in range(CALLERS)
    ]
    for one in threads:
        one.start()
    stopped.wait(PEER_SECONDS)
    stopped.set()
    for one in threads:
        one.join()
    return took


def _ask_moto(
    url: str, number: int, took: Mapping[str, list[float]], stopped: threading.Event
) -> None:
    names = [f"C{number}-{one:02}" for one in range(NAMES)]
    with httpx.Client(base_url=url, trust_env=False, timeout=60) as client:
        for name in names:
            while not _moto(client, "CreateSecret", {"Name": name, "SecretString": "value"}):
                pass
        while not stopped.is_set():
            call = random.choice(list(MATCHES))
            target, more = MATCHES[call]
            asked = dict(more) if call == "GET secrets" else {**more, "SecretId": names[0]}
            random.shuffle(names)
            begun = time.monotonic()
            if _moto(client, target, asked):
                took[call].append(time.monotonic() - begun)


def _moto(client: httpx.Client, target: str, asked: Mapping[str, str]) -> bool:
    """Whether it did that: with several callers at once it sometimes answers 500."""
    scope = "AWS4-HMAC-SHA256 Credential=x/20261127/us-east-1/secretsmanager/aws4_request"
    headers = {
        "X-Amz-Target": f"secretsmanager.{target}",
        "Content-Type": "application/x-amz-json-1.1",
        "Authorization": f"{scope}, SignedHeaders=host, Signature=x",
    }
    return client.post("/", json=asked, headers=headers).is_success


def _table(ours: Mapping[str, Sequence[float]], motos: Mapping[str, Sequence[float]]) -> None:
    print("| call | calls | median | 95 % | moto: median | 95 % |\n|---|---|---|---|---|---|")
    for call, took in sorted(ours.items()):
        other = motos.get(call, ())
        theirs = f"{_at(other, 50)} | {_at(other, 95)}" if other else "- | -"
        print(f"| {call} | {len(took):,} | {_at(took, 50)} | {_at(took, 95)} | {theirs} |")


def _at(took: Sequence[float], percent: int) -> str:
    if len(took) < 2:
        return "-"
    return f"{statistics.quantiles(took, n=100)[percent - 1] * 1000:.1f} ms"


if __name__ == "__main__":
    main(float(sys.argv[1]))
