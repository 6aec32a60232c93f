"""`px secret import` with several files, stdin, JSON and --prune."""

from __future__ import annotations

import json

import pytest

from px.testing.dev_server import TestDevServer
from support.px_in_process import PxInProcess
from support.px_process import CANARY, Px


@pytest.fixture(autouse=True)
def files(px: Px) -> None:
    (px.folder / "a.env").write_text("A=1\n")
    (px.folder / "b.json").write_text('{"B": "2"}')
    (px.folder / "bad.env").write_text(f"{CANARY}\n")


def talk(stderr: str) -> list[str]:
    """Its lines without those that warn of short values."""
    return [line for line in stderr.splitlines() if not line.startswith("warning: ")]


def test_several_files_are_one_import(here: PxInProcess, server: TestDevServer) -> None:
    """dotenv and JSON go in together, and are counted together."""
    done = here.run("secret", "import", "a.env", "b.json")

    assert (done.returncode, server.values()) == (0, {"A": "1", "B": "2"})
    assert talk(done.stderr)[-2] == "Imported 2 secrets: 2 created, 0 updated"


def test_one_bad_file_and_nothing_is_sent(here: PxInProcess, server: TestDevServer) -> None:
    """The other files are not sent either; the place is told, for people and for programs."""
    told = here.run("secret", "import", "a.env", "bad.env")
    error = json.loads(here.run("secret", "import", "a.env", "bad.env", "--json").stderr)

    assert (told.returncode, server.calls) == (2, [])
    assert "  bad.env line 1: " in told.stderr
    assert [(one["file"], one["line"]) for one in error["details"]] == [("bad.env", 1)]
    assert CANARY not in told.stderr + json.dumps(error)


@pytest.mark.parametrize("sent", [b"S='two\r\nlines'\n", b'{"S": "two\\r\\nlines"}'])
def test_stdin_is_a_file_too(px: Px, server: TestDevServer, sent: bytes) -> None:
    """`-` reads what a pipe brings, in either format, beside files."""
    done = px.run("secret", "import", "-", "a.env", stdin=sent)

    assert (done.returncode, server.values()) == (0, {"S": "two\r\nlines", "A": "1"})


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ('"$PX" secret import - <&-', 2),
        ('"$PX" secret import - - </dev/null', 2),
        ('"$PX" secret import - < .env.deploy', 2),
        ('"$PX" secret import a.env --format yaml', 2),
        ('"$PX" secret import', 2),
    ],
)
def test_what_cannot_be_read_is_refused(
    px: Px, server: TestDevServer, line: str, code: int
) -> None:
    """A closed stdin, stdin twice, the deploy file, a format that px has not: nothing is sent."""
    (px.folder / ".env.deploy").write_text(f"X={CANARY}\n")

    done = px.shell(line)

    assert (done.returncode, server.calls) == (code, [])
    assert done.stderr.startswith("error: ")
    assert CANARY not in done.stderr


def test_stdin_on_a_terminal_is_hidden(px: Px, server: TestDevServer) -> None:
    """px says what it waits for, shows nothing of what is pasted, and reads up to Ctrl-D."""
    child = px.terminal("secret", "import", "-")
    child.expect_exact("Secrets, dotenv or JSON (hidden; end with Ctrl-D): ")

    child.send(f"A={CANARY}\rB=2\r\x04")
    child.expect_exact("Imported 2 secrets")

    assert CANARY not in child.before
    assert server.values() == {"A": CANARY, "B": "2"}


def test_a_dry_run_of_a_prune_shows_every_name(here: PxInProcess, server: TestDevServer) -> None:
    """Created, updated and deleted as the server has them; it needs no --yes, changes nothing."""
    server.seed({"A": "old", "OLD": "x"})

    done = here.run("secret", "import", "a.env", "b.json", "--prune", "--dry-run")
    found = here.run("secret", "import", "a.env", "--prune", "--dry-run", "--json")

    assert done.stdout == "create\tB\nupdate\tA\ndelete\tOLD\n"
    assert json.loads(found.stdout) == {"create": [], "update": ["A"], "delete": ["OLD"]}
    assert server.values() == {"A": "old", "OLD": "x"}


def test_a_prune_deletes_what_the_files_lack(here: PxInProcess, server: TestDevServer) -> None:
    """With --yes nobody is asked; the counts tell."""
    server.seed({"A": "old", "OLD": "x", "OLDER": "x"})

    done = here.run("secret", "import", "a.env", "b.json", "--prune", "--yes")

    assert (done.returncode, server.values()) == (0, {"A": "1", "B": "2"})
    assert talk(done.stderr)[-2] == "Imported 2 secrets: 1 created, 1 updated, 2 deleted"


def test_a_prune_counts_in_json(here: PxInProcess, server: TestDevServer) -> None:
    """A program reads how many; nothing is said beside it."""
    server.seed({"OLD": "x"})

    done = here.run("secret", "import", "a.env", "--prune", "--yes", "--json")

    counts = {"imported": 1, "created": 1, "updated": 0, "deleted": 1}
    found = json.loads(done.stdout)
    assert found | counts == found
    assert done.stderr == ""


def test_a_prune_needs_somebody_to_ask(here: PxInProcess, server: TestDevServer) -> None:
    """Without a terminal and without --yes it refuses before anything is sent."""
    server.seed({"OLD": "x"})

    done = here.run("secret", "import", "a.env", "--prune")

    assert (done.returncode, server.calls) == (1, [])
    assert "--yes" in done.stderr


@pytest.mark.parametrize("content", ["", "# nothing\n", "{}"])
def test_a_prune_keeps_something(here: PxInProcess, server: TestDevServer, content: str) -> None:
    """An empty file is a mistake, not the wish to delete everything."""
    (here.folder / "empty.env").write_text(content)

    done = here.run("secret", "import", "empty.env", "--prune", "--yes")

    assert (done.returncode, server.calls) == (2, [])


def test_a_large_import_and_prune_tell_how_far_they_are(
    here: PxInProcess, server: TestDevServer
) -> None:
    """A line for each hundred, written and deleted."""
    server.seed({f"OLD{number:03}": "x" for number in range(150)})
    (here.folder / "many.env").write_text("".join(f"N{number}=x\n" for number in range(150)))

    done = here.run("secret", "import", "many.env", "--prune", "--yes")

    assert talk(done.stderr)[:-1] == [
        "100 of 150 secrets written",
        "150 of 150 secrets written",
        "100 of 150 secrets deleted",
        "Imported 150 secrets: 150 created, 0 updated, 150 deleted",
    ]
