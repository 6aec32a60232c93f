"""Reads in the real Worker are counted: who read which version; a rerun counts; a copy counts."""

from __future__ import annotations

import json
from pathlib import Path

from px.project.workspace import Workspace
from worker.own_brains import BrainWorker, run_brains

BRAINS = """
from positronic import brain

async def read(state, secrets):
    return {"length": len(await secrets.get("KEY")), "kept": await secrets.get("KEY")}

nightly = brain("nightly").step("Read", read).step("Last", lambda state: state)
hourly = brain("hourly").step("Read", read)
"""


def _ran(worker: BrainWorker, brain: str) -> str:
    done = worker.px.run("brain", "run", brain)
    assert done.returncode == 0, done.stderr
    run = done.stdout.strip()
    worker.px.run("brain", "watch", run)
    return run


def _lines(worker: BrainWorker, *words: str) -> list[list[str]]:
    done = worker.px.run("secret", "uses", "KEY", *words)
    assert done.returncode == 0, done.stderr
    return [line.split("\t")[:5] for line in done.stdout.splitlines()]


def test_reads_are_counted(project: Workspace, tmp_path: Path) -> None:
    """By version and brain; a rerun that puts a value back is a read; a restart loses none."""
    with run_brains(project, tmp_path / "worker", {"readers.py": BRAINS}) as worker:
        worker.px.run("secret", "create", "KEY", "--stdin", stdin=b"first-value")
        worker.px.run("secret", "create", "OTHER", "--stdin", stdin=b"other-value")
        first = _ran(worker, "nightly")
        _ran(worker, "nightly")
        _ran(worker, "hourly")
        worker.px.run("brain", "rerun", first, "--from", "2", "--watch")
        worker.px.run("secret", "create", "KEY", "--stdin", stdin=b"second-value")
        _ran(worker, "hourly")
        worker.worker.stop()
        worker.worker.start()
        _ran(worker, "hourly")

        assert sorted(_lines(worker)) == [
            ["1", "brain", "hourly", "-", "1"],
            ["1", "brain", "nightly", "-", "3"],
            ["2", "brain", "hourly", "-", "2"],
        ]
        assert _lines(worker, "--version", "2") == [["2", "brain", "hourly", "-", "2"]]
        listed = json.loads(worker.px.run("secret", "list", "--json").stdout)["secrets"]
        assert [("lastReadAt" in one) for one in listed] == [True, False]
        unused = worker.px.run("secret", "list", "--unused", "1d")
        assert (unused.returncode, unused.stdout) == (0, "")
        assert "warning: reads are counted only since " in unused.stderr
