"""`px secret import` as a process."""

from __future__ import annotations

import json
import signal
from pathlib import Path

import pytest

from px.testing import faults
from px.testing.dev_server import TestDevServer
from support.px_process import CANARY, Px


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """300 secrets: three chunks."""
    path = tmp_path / "many.env"
    path.write_text("".join(f"N{number:03}={CANARY}-{number}\n" for number in range(300)))
    return path


def test_an_import_counts(px: Px, server: TestDevServer, file: Path) -> None:
    """Plain lines in a pipe, and at the end what was created and updated."""
    server.seed({"N000": "old", "N299": "old"})

    done = px.run("secret", "import", file)

    assert (done.returncode, done.stdout) == (0, "")
    assert "\nImported 300 secrets: 298 created, 2 updated\n" in done.stderr
    assert server.values() == {f"N{number:03}": f"{CANARY}-{number}" for number in range(300)}


def test_a_dry_run_sends_nothing(px: Px, server: TestDevServer, tmp_path: Path) -> None:
    """It says which names would be created and which updated."""
    server.seed({"A": "old"})
    (tmp_path / "x.env").write_text("A=1\nB=2\n")

    done = px.run("secret", "import", "x.env", "--dry-run")

    assert (done.stdout, server.values()) == ("create\tB\nupdate\tA\n", {"A": "old"})


def test_a_bad_file_is_refused_whole(px: Px, server: TestDevServer, tmp_path: Path) -> None:
    """Every wrong line is listed, exit code 2, and nothing was sent."""
    (tmp_path / "x.env").write_text(f"A=1\n{CANARY}\nB=\nA={CANARY}\n")

    done = px.run("secret", "import", "x.env")

    assert (done.returncode, server.calls) == (2, [])
    assert [line.split(":")[0] for line in done.stderr.splitlines()[1:]] == [
        "  line 2",
        "  line 3",
        "  line 4",
    ]


def test_json_lists_every_line(px: Px, tmp_path: Path) -> None:
    """A program gets the line numbers as numbers."""
    (tmp_path / "x.env").write_text("A\nB\n")

    error = json.loads(px.run("secret", "import", "x.env", "--json").stderr)

    assert error["code"] == "invalid_file"
    assert [detail["line"] for detail in error["details"]] == [1, 2]


def test_the_deploy_file_is_refused(px: Px, server: TestDevServer, tmp_path: Path) -> None:
    """Through stdin's own name as well."""
    (tmp_path / ".env.deploy").write_text("A=1\n")

    done = px.shell('"$PX" secret import /dev/stdin < .env.deploy')

    assert (done.returncode, server.calls) == (2, [])


def test_a_failing_server_is_accounted_for(px: Px, server: TestDevServer, file: Path) -> None:
    """How much is written, how much may be, how much was not sent; and exit code 5."""
    server.fail_next(None, faults.web_page(500))

    done = px.run("secret", "import", file)

    assert done.returncode == 5
    assert "100 of 300 secrets were written" in done.stderr
    assert "100 may or may not be written (N100 to N199)" in done.stderr
    assert "100 not sent (N200 to N299)" in done.stderr


def test_json_of_a_failure_names_each_secret(px: Px, server: TestDevServer, file: Path) -> None:
    """A program gets every name that is not known to be written."""
    server.fail_next(None, faults.web_page(500))

    error = json.loads(px.run("secret", "import", file, "--json").stderr)

    found = {detail["name"]: detail["code"] for detail in error["details"]}
    assert (len(found), found["N150"], found["N250"]) == (200, "unknown", "not_sent")


def test_ctrl_c_is_accounted_for(px: Px, server: TestDevServer, file: Path) -> None:
    """Exit code 130, and what was under way is in doubt."""
    server.fail_next(None, faults.hang)
    running = px.start("secret", "import", file)
    server.wait_for_calls(2)

    running.send_signal(signal.SIGINT)
    out, err = running.communicate(timeout=20)

    assert (running.returncode, out) == (130, "")
    assert "100 of 300 secrets were written, 100 may or may not be written" in err


def test_a_terminal_gets_a_bar(px: Px, file: Path) -> None:
    """On a terminal progress is a bar that ends at 100%."""
    child = px.terminal("secret", "import", file)

    child.expect("100%")
    child.expect("Imported 300 secrets: 300 created, 0 updated")
