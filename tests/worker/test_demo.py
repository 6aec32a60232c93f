"""`python -m demo`, once, with the network cut off; the transcripts of the docs are held to it."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import NamedTuple

import pytest

from px.project.workspace import Workspace
from support.elapsed import untimed
from worker.assembly import CHECKOUT
from worker.canaries import leaks

# Loopback comes up in a network namespace of its own, then Python becomes what follows.
LOOPBACK = """\
import fcntl, os, socket, struct, sys
with socket.socket() as up:
    fcntl.ioctl(up, 0x8914, struct.pack("16sH14x", b"lo", 0x1 | 0x40))
os.execv(sys.argv[1], sys.argv[1:])
"""
ALONE = ("unshare", "--map-root-user", "--net", sys.executable, "-c", LOOPBACK)
SECONDS = 120
REACH_OUT = """\
import socket
print(sorted(name for _, name in socket.if_nameindex()))
socket.create_connection(("192.0.2.1", 80), timeout=5)
"""
CANARIES = [
    "sk-ant-demo-not-a-real-key",
    "sk-demo-not-a-real-key",
    "BEGIN PRIVATE KEY",
    "bm90IGEga2V5LCBqdXN0IGxpbmVz",
    "LS0gc2V2ZXJhbCBvZiB0aGVt",
]


class Done(NamedTuple):
    code: int
    out: str
    err: str


def python(before: Sequence[str], *words: str) -> Done:
    """Python with these arguments, in the checkout; ended whole if it takes too long.

    The demo's own processes are in its session; the Worker's end when the demo's `px dev` does.
    """
    process = subprocess.Popen(
        [*before, sys.executable, *words],
        cwd=CHECKOUT,
        env={"PATH": os.environ["PATH"]},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    with process:
        try:
            out, err = process.communicate(timeout=SECONDS)
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
    return Done(process.returncode, out, err)


@pytest.fixture(scope="module")
def alone() -> Sequence[str]:
    """What cuts a command's network off; nothing where the machine does not let us."""
    allowed = subprocess.run([*ALONE, sys.executable, "-c", ""], capture_output=True, check=False)
    return () if allowed.returncode else ALONE


@pytest.fixture(scope="module")
def demo(project: Workspace, alone: Sequence[str]) -> Done:
    """The one run, after the set-up, offline if that is possible here."""
    assert project.root == CHECKOUT
    return python(alone, "-m", "demo")


def normal(transcript: str) -> list[str]:
    """Without what differs from run to run."""
    text = re.sub(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", "<time>", transcript)
    text = re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d UTC", "<time>", text)
    text = re.sub(r"127\.0\.0\.1:\d+", "<address>", text)
    text = re.sub(r"\b[0-9a-f]{32}\b", "<run>", text)
    text = untimed(text, "<took>")
    return re.sub(r"px1\.k[\w-]+\.\S+", "<sealed>", text).strip().splitlines()


def transcript(page: str, title: str) -> list[str]:
    section = (CHECKOUT / page).read_text().split(f"\n## {title}\n")[1]
    return normal(section.split("```console\n")[1].split("```")[0])


def calls(lines: Sequence[str]) -> list[list[str]]:
    """Each command with what it printed."""
    found: list[list[str]] = []
    for line in lines:
        if line.startswith("$ "):
            found.append([])
        if line and not line.startswith("#"):
            found[-1].append(line)
    return found


def parts(demo: Done) -> tuple[str, str]:
    """What it prints of secrets, without the listing of KV's keys, and of the example brain."""
    before, brain, rest = demo.out.partition("\n# a brain signs")
    brain_part, kv, after = rest.partition("\n# what KV contains")
    shown = re.sub(r"\$ wrangler kv key list .*?\n\n", "", kv + after, flags=re.DOTALL)
    return before + shown, brain + brain_part


def in_kv(demo: Done) -> str:
    return demo.out.partition("\n# what KV contains")[2]


def test_it_ends_well(demo: Done) -> None:
    """Exit code 0."""
    assert demo.code == 0, demo.err


def test_the_docs_show_what_it_prints(demo: Done) -> None:
    """Their two transcripts are the demo's, line for line, but for the keys in KV."""
    secrets, brain = parts(demo)

    assert transcript("docs/commands.md", "A session") == normal(secrets)
    assert transcript("docs/brains.md", "A session") == normal(brain)


def test_the_readme_shows_a_part_of_it(demo: Done) -> None:
    """Whole commands with all that they print, in their order; eight lines, or one more."""
    shown = transcript("README.md", "What it looks like")
    printed = iter(calls(normal(demo.out)))

    assert len(shown) <= 9
    assert [call for call in calls(shown) if call not in printed] == []


def test_it_fits_two_screens(demo: Done) -> None:
    """With what it prints of KV; a screen has 50 lines."""
    assert len(demo.out.splitlines()) <= 2 * 50


def test_the_service_got_what_was_signed(demo: Done) -> None:
    """It says itself that the signature was right; and what it repeated was taken out."""
    _, brain = parts(demo)

    assert "correctly signed)" in brain
    assert "no answer under key [secret:ANTHROPIC_API_KEY]" in brain


def test_kv_shows_names_and_sealed_text(demo: Done) -> None:
    """wrangler's own view of KV has the two names that are left, and a sealed text."""
    names = re.findall(r'"name": "default/secret/(\w+)"', in_kv(demo))

    assert names == ["ANTHROPIC_API_KEY", "TLS_KEY"]
    assert re.search(r"^px1\.k[\w-]+(\.[\w-]+){3}$", in_kv(demo), re.MULTILINE)


def test_no_value_is_shown(demo: Done) -> None:
    """None of the values that the demo puts in stands in its output, above all not under KV."""
    source = (CHECKOUT / "demo" / "__main__.py").read_text()

    assert [canary for canary in CANARIES if canary not in source] == []
    places = {"stdout": demo.out.encode(), "stderr": demo.err.encode()}
    assert leaks(places, {canary: canary for canary in CANARIES}) == []


def test_it_needs_no_network(demo: Done, alone: Sequence[str]) -> None:
    """After the set-up the demo runs where there is loopback and nothing else."""
    if not alone:
        pytest.skip("this machine does not let us make a network namespace")

    outside = python(alone, "-c", REACH_OUT)

    assert demo.code == 0
    assert outside.out == "['lo']\n"
    assert "Network is unreachable" in outside.err
