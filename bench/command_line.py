"""px as a process, in turn with the tools that people have today. Medians of wall time."""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Final

import httpx

from bench import rivals
from bench.rivals import Command
from px.local.bare import BareWorker
from px.project.workspace import Project

PX: Final = Path(sys.executable).with_name("px")
ROUNDS: Final = 11
IMPORTS: Final = 5
LISTED: Final = [f"NAME_{number:03}" for number in range(100)]
IMPORTED: Final = [f"IMPORT_{number:04}" for number in range(1000)]
PYTHON: Final = "python -c pass"
LIST: Final = "px secret list, 100 names"
WRANGLER: Final = "wrangler kv key list --local"
AWS: Final = "aws secretsmanager list-secrets, moto"
DOTENVX: Final = "npx dotenvx get"
IMPORT: Final = "px secret import, 1,000"
PUT: Final = "wrangler kv bulk put --local, 1,000"

Row = tuple[str, str, str, str]


def rows(project: Project, secrets: Mapping[str, str], token: str) -> Iterator[Row]:
    """What was measured, its median, the comparison, the factor."""
    with (
        tempfile.TemporaryDirectory() as name,
        BareWorker(project, secrets=secrets) as worker,
        httpx.Client(base_url=worker.url, headers={"Authorization": f"Bearer {token}"}) as client,
        rivals.aws(LISTED, _folder(name, "aws")) as aws,
    ):
        environment = {"PX_URL": worker.url, "PX_TOKEN": token}
        px = _px(_folder(name, "px"), environment)
        _fill(client)
        took = _in_turn(
            {
                PYTHON: Command([sys.executable, "-c", "pass"], Path(name)).run,
                "px --version": px("--version").run,
                LIST: px("secret", "list").run,
                WRANGLER: rivals.wrangler_list(project, LISTED, _folder(name, "wrangler")).run,
                AWS: aws.run,
                DOTENVX: rivals.dotenvx(LISTED, _folder(name, "dotenvx")).run,
                "server": lambda: _get(client),
            },
            ROUNDS,
        )
        yield from _starts(took)
        put = rivals.wrangler_put(project, IMPORTED, _folder(name, "put"))
        import_ = {IMPORT: px("secret", "import", "many.env").run, PUT: put.run}
        took = _in_turn(import_, IMPORTS)
        yield _row(IMPORT, took[IMPORT], PUT, took[PUT])


def _starts(took: Mapping[str, float]) -> Iterator[Row]:
    yield _row("px --version", took["px --version"], PYTHON, took[PYTHON])
    own = took[LIST] - took["server"]
    yield _row(f"{LIST}, without the server's {took['server']:.0f} ms", own, PYTHON, took[PYTHON])
    for other in (WRANGLER, AWS, DOTENVX):
        yield _row(LIST, took[LIST], other, took[other])


def _row(label: str, took: float, other: str, base: float) -> Row:
    return label, f"{took:.0f} ms", f"{other} {base:.0f} ms", f"{took / base:.2f}"


def _in_turn(work: Mapping[str, Callable[[], None]], rounds: int) -> dict[str, float]:
    """The median milliseconds of each; all in turn, so that noise falls on all alike."""
    took: dict[str, list[float]] = {label: [] for label in work}
    for number in range(rounds + 1):
        for label, do in work.items():
            began = time.perf_counter()
            do()
            if number:  # the first one fills caches
                took[label].append((time.perf_counter() - began) * 1000)
    return {label: statistics.median(times) for label, times in took.items()}


def _px(folder: Path, environment: Mapping[str, str]) -> Callable[..., Command]:
    (folder / "many.env").write_text("".join(f"{name}=value of {name}\n" for name in IMPORTED))
    # A home, so that the cache of names is in the figures.
    return lambda *words: Command([PX, *words], folder, environment)


def _fill(client: httpx.Client) -> None:
    body = {"secrets": [{"name": name, "value": f"value of {name}"} for name in LISTED]}
    client.post("/secrets/bulk", json=body, timeout=60).raise_for_status()


def _get(client: httpx.Client) -> None:
    client.get("/secrets").raise_for_status()


def _folder(parent: str, name: str) -> Path:
    folder = Path(parent) / name
    folder.mkdir()
    return folder


def main() -> None:
    """This part alone: `python -m bench.command_line`."""
    from bench.__main__ import TOKEN, own_secrets, print_row
    from px.local.setup import set_up
    from px.project.workspace import find_project

    project = find_project(Path(__file__).parent)
    set_up(project, lambda line: print(line, file=sys.stderr))
    for cells in rows(project, own_secrets(), TOKEN):
        print_row(*cells)


if __name__ == "__main__":
    main()
