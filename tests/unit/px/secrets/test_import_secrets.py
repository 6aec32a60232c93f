"""Importing a file: all or nothing at first, then a true account."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from positronic.names import parse_name, parse_value
from px.api.client import Client, encode
from px.api.secrets import Entry, Secrets
from px.errors import Interrupted, NotReached, PxError, Refused, ServerFailed, Usage
from px.http.retry import Retry
from px.local.port import free_port
from px.secrets import import_secrets as importing
from px.settings import make_target
from px.testing import faults
from px.testing.dev_server import TestDevServer


def entries(count: int, value: str = "v") -> list[Entry]:
    return [(parse_name(f"N{number:03}"), parse_value(value)) for number in range(count)]


def write(secrets: Secrets, count: int) -> None:
    importing.write(secrets, entries(count), lambda done, total: None)


def codes(error: PxError) -> dict[str, int]:
    found = [detail.code for detail in error.details]
    return {code: found.count(code) for code in sorted(set(found))}


@pytest.mark.parametrize("kind", ["name", "case", "symlink", "hardlink", "dotted", "copy"])
def test_the_deploy_file_is_never_imported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    """Deployment credentials do not reach a Worker, under whatever name the file is given."""
    monkeypatch.chdir(tmp_path)
    deploy, other = tmp_path / ".env.deploy", tmp_path / "other.env"
    deploy.write_text("A=1\n")
    (tmp_path / "sub").mkdir()
    if kind == "symlink":
        other.symlink_to(deploy)
    if kind == "hardlink":
        other.hardlink_to(deploy)
    if kind == "case":
        other = tmp_path / ".ENV.Deploy"
        other.write_text("A=1\n")
    if kind == "copy":
        other = tmp_path / ".env.deploy.bak"
        other.write_text("A=1\n")
    paths = {"name": deploy, "dotted": Path("sub/../.env.deploy")}

    with pytest.raises(Usage, match="never imported"):
        importing.read_file(paths.get(kind, other))


@pytest.mark.parametrize("path", ["canary", "canary\0", "/", "canary" * 1000])
def test_a_file_that_cannot_be_read_is_not_named(path: str) -> None:
    """What was typed for a file may be a value in the wrong place."""
    with pytest.raises(Usage, match="cannot be read") as caught:
        importing.read_file(Path(path))

    assert "canary" not in str(caught.value)


def test_a_pipe_can_be_imported(tmp_path: Path) -> None:
    """A file need not be a regular one."""
    read, write_end = os.pipe()
    os.write(write_end, b"A=1\n")
    os.close(write_end)

    assert [name for name, _ in importing.read_file(Path(f"/dev/fd/{read}"))] == ["A"]
    os.close(read)


def test_chunks_keep_order_and_number() -> None:
    """At most a hundred entries go in one request, in the file's order."""
    found = list(importing.chunks(entries(250)))

    assert [len(chunk) for chunk in found] == [100, 100, 50]
    assert [name for chunk in found for name, _ in chunk] == [name for name, _ in entries(250)]


def test_chunks_stay_below_the_size_of_a_body() -> None:
    """Values that JSON makes six times longer still fit into a request."""
    found = list(importing.chunks(entries(100, "\x01" * 65_536)))

    sizes = [
        len(encode({"secrets": [{"name": n, "value": v.reveal()} for n, v in chunk]}))
        for chunk in found
    ]
    assert max(sizes) < importing.CHUNK_BYTES + 100


def test_a_failure_in_the_middle_is_accounted_for(server: TestDevServer, secrets: Secrets) -> None:
    """What is written, what may be and what was not sent are told apart."""
    server.fail_next(None, faults.web_page(500))

    with pytest.raises(ServerFailed) as caught:
        write(secrets, 250)

    assert caught.value.message.endswith(
        "100 of 250 secrets were written, 100 may or may not be written (N100 to N199), "
        "50 not sent (N200 to N249)"
    )
    assert codes(caught.value) == {"not_sent": 50, "unknown": 100}


def test_a_refused_chunk_is_not_written(server: TestDevServer, secrets: Secrets) -> None:
    """The server checks a chunk before it writes, so a refusal leaves no doubt."""
    server.fail_next(None, faults.refusal(413, "too_large"))

    with pytest.raises(Refused) as caught:
        write(secrets, 200)

    assert codes(caught.value) == {"not_written": 100}


def test_a_server_that_fails_halfway(server: TestDevServer, secrets: Secrets) -> None:
    """A chunk is written whole or not at all; the one that failed is in doubt."""
    server.fail_commits_after(1)

    with pytest.raises(ServerFailed) as caught:
        write(secrets, 250)

    assert (caught.value.code, len(server.values())) == ("store_failed", 100)
    assert caught.value.message.endswith(
        "100 of 250 secrets were written, 100 may or may not be written (N100 to N199), "
        "50 not sent (N200 to N249)"
    )


def test_a_failure_after_a_lost_answer_leaves_doubt(
    server: TestDevServer, secrets: Secrets
) -> None:
    """An attempt whose answer never came may have written what no later one could say."""
    server.fail_next(faults.cut, *[faults.refusal(502, "store_failed")] * 3)

    with pytest.raises(ServerFailed, match="100 may or may not be written"):
        write(secrets, 100)


def test_a_server_that_vanishes_leaves_doubt(server: TestDevServer, secrets: Secrets) -> None:
    """A chunk whose answer never came may be written."""
    server.fail_next(None, *[faults.cut] * 4)

    with pytest.raises(NotReached, match="100 may or may not be written") as caught:
        write(secrets, 200)

    assert "safe" in caught.value.hint
    assert len(server.values()) == 200


def test_a_server_that_is_not_there_got_nothing(server: TestDevServer) -> None:
    nobody = make_target(f"http://127.0.0.1:{free_port()}", server.token)

    with (
        Client(nobody, Retry(10, pause=lambda _: None)) as client,
        pytest.raises(NotReached) as caught,
    ):
        write(Secrets(client), 250)

    assert caught.value.message.endswith("; nothing was sent")
    assert (caught.value.code, codes(caught.value)) == ("not_reached", {"not_sent": 250})


def test_running_again_ends_with_the_files_content(server: TestDevServer, secrets: Secrets) -> None:
    """An import that failed midway is mended by the same import."""
    server.fail_next(None, *[faults.cut] * 4)
    with pytest.raises(NotReached):
        write(secrets, 300)

    written = importing.write(secrets, entries(300), lambda done, total: None)

    assert (len(server.values()), written.created, written.updated) == (300, 100, 200)


def test_an_interruption_is_accounted_for(secrets: Secrets) -> None:
    """Ctrl-C between two chunks says what is written and what is not sent."""

    def interrupt(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(Interrupted, match="100 of 200 secrets were written, 100 not sent"):
        importing.write(secrets, entries(200), interrupt)


def test_a_plan_sends_nothing(server: TestDevServer, secrets: Secrets) -> None:
    """Names that are stored would be updated, the others created."""
    server.seed({"N000": "x"})

    found = importing.plan(secrets, entries(2))

    assert (found.create, found.update, found.extra) == (["N001"], ["N000"], [])
    assert [call.method for call in server.calls] == ["GET"]
