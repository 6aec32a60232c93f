"""`px spec` as a process."""

from __future__ import annotations

import json
import signal
import time
from pathlib import Path

import pytest

from px.local.port import free_port
from px.spec.checks import PROMISES
from px.testing.dev_server import TestDevServer
from spec.hosts import Host, leftovers
from spec.strangers import PAGE, drips, floods, hangs, http, says, stranger
from support.px_process import Px
from support.stranger import Serve

TOKEN = "token-for-nobody"


def px_for(folder: Path, server: TestDevServer) -> Px:
    return Px(folder, server.environment)


def test_a_line_for_each_promise(tmp_path: Path, dev_server: TestDevServer) -> None:
    """stdout has a line a promise, stderr the summary, and the exit code is 0."""
    done = px_for(tmp_path, dev_server).run("spec", dev_server.url, "--only", "names")

    assert done.returncode == 0
    assert [line.split("\t")[0] for line in done.stdout.splitlines()] == ["ok"] * 6
    assert done.stderr.startswith("6 of 6 promises kept, 0 broken; ")


def test_json(tmp_path: Path, dev_server: TestDevServer) -> None:
    """--json is one document on stdout and nothing on stderr."""
    done = px_for(tmp_path, dev_server).run(
        "spec", dev_server.url, "--level", "seed", "--only", "secrets.create", "--json"
    )
    found = json.loads(done.stdout)

    assert (done.returncode, done.stderr) == (0, "")
    assert (found["passed"], found["level"], found["counts"]) == (True, "seed", {"ok": 2})
    assert [one["id"] for one in found["promises"]] == [
        "secrets.create.answer",
        "secrets.create.update",
    ]


def test_a_mended_gap_is_exit_code_1(tmp_path: Path, dev_server: TestDevServer) -> None:
    """A known gap that is none any more is named, and the exit code is 1."""
    gaps = tmp_path / "gaps"
    gaps.write_text("# why\nnames.case  # since a while\n\n")
    done = px_for(tmp_path, dev_server).run(
        "spec", dev_server.url, "--only", "names", "--known-gaps", gaps
    )

    assert done.returncode == 1
    assert "mended\tnames.case\tthis promise is kept now: remove its line" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--only", "nothing"), "no promise of this level matches --only"),
        (("--known-gaps", "missing"), "the file of known gaps (--known-gaps) cannot be read"),
        (("--known-gaps", "gaps"), "line 2: is not a known id"),
        (("--timeout", "0"), "--timeout must be a number of seconds above 0"),
    ],
)
def test_usage(
    tmp_path: Path, dev_server: TestDevServer, arguments: tuple[str, ...], said: str
) -> None:
    """What cannot be used is exit code 2, and nothing is sent."""
    (tmp_path / "gaps").write_text("names.case\nnames.none\n")
    calls = len(dev_server.calls)
    done = px_for(tmp_path, dev_server).run("spec", dev_server.url, *arguments)

    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr
    assert len(dev_server.calls) == calls


def test_junit(tmp_path: Path, dev_server: TestDevServer) -> None:
    """--junit writes a test case for each promise."""
    report = tmp_path / "report.xml"
    done = px_for(tmp_path, dev_server).run(
        "spec", dev_server.url, "--only", "headers", "--junit", report
    )

    assert done.returncode == 0
    assert report.read_text().count("<testcase ") == 4


def test_down(tmp_path: Path) -> None:
    """Where nothing listens, a sentence and exit code 3."""
    done = _run(tmp_path, f"http://127.0.0.1:{free_port()}")

    assert done == (3, "cannot be reached: connection refused")


def test_a_dead_proxy_is_named_here_too(tmp_path: Path) -> None:
    """`px spec` takes the same way to a server as every other command."""
    proxy = f"127.0.0.1:{free_port()}"
    url = "https://secrets.example.dev"
    environment = {
        "PX_URL": url,
        "PX_TOKEN": TOKEN,
        "HTTPS_PROXY": f"http://me:canary#@{proxy}",
        "ALL_PROXY": "socks5://nowhere",
        "NO_PROXY": "localhost,[::1],fd00::/8",
    }
    done = Px(tmp_path, environment).run("spec", url)

    assert done.returncode == 3
    assert f"no connection to the proxy {proxy} (HTTPS_PROXY): connection refused" in done.stderr
    assert "canary" not in done.stderr


STRANGERS = {
    "a web page": (says(http(PAGE, "text/html")), 5, "is not the Positronic API"),
    "a redirect": (says(http(b"", more="Location: /x\r\n")), 5, "is not the Positronic API"),
    "no HTTP": (says(b"\x00\xff" * 500), 3, "does not speak HTTP"),
    "half an answer": (says(http(b"{}" * 50)[:-50]), 3, "its answer was cut off"),
    "nested JSON": (says(http(b"[" * 100_000)), 5, "is not the Positronic API"),
    "binary": (says(http(bytes(range(256)))), 5, "is not the Positronic API"),
    "an endless answer": (floods, 3, "the answer does not end"),
    "no answer": (hangs, 3, "no answer in time"),
    "a dripping answer": (drips, 3, "no answer in time"),
}


@pytest.mark.parametrize(("serve", "code", "said"), STRANGERS.values(), ids=STRANGERS)
def test_a_stranger(tmp_path: Path, serve: Serve, code: int, said: str) -> None:
    """What is no server of ours ends px within its timeout, with a sentence."""
    with stranger(serve) as url:
        found_code, sentence = _run(tmp_path, url)

    assert (found_code, said in sentence) == (code, True)


def test_garbage_after_the_status(tmp_path: Path) -> None:
    """A server that answers everything with the same words breaks most promises, and px goes on."""
    with stranger(says(http(b'{"ready": true, "secrets": [7], "cursor": {}}'))) as url:
        done = Px(tmp_path, {"PX_URL": url, "PX_TOKEN": TOKEN}).run("spec", url, "--timeout", "30")
    results = [line.split("\t")[0] for line in done.stdout.splitlines()]

    assert done.returncode == 1
    assert len(results) == len(PROMISES)
    assert results.count("FAILED") > len(PROMISES) * 3 / 4
    assert "Traceback" not in done.stderr


def _run(folder: Path, url: str) -> tuple[int, str]:
    """px's exit code and its only line after `error: ... `; fails when it took too long."""
    px, start = Px(folder, {"PX_URL": url, "PX_TOKEN": TOKEN}), time.monotonic()
    done = px.run("spec", url, "--timeout", "2")

    assert time.monotonic() - start < 15
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    assert TOKEN not in done.stderr
    sentence = done.stderr.splitlines()[0].removeprefix(f"error: {url} ")
    return done.returncode, sentence


def test_interrupted(tmp_path: Path) -> None:
    """Ctrl-C ends a run with exit code 130, and what it made is deleted all the same."""
    with TestDevServer() as server:
        process = px_for(tmp_path, server).start("spec", server.url)
        server.wait_for_calls(100)
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=30)

        assert (process.returncode, said.splitlines()[-1]) == (130, "error: interrupted")
        assert leftovers(Host(server.url, server.token)) == []
