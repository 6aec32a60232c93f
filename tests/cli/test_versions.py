"""`px secret history | rollback | restore | destroy`, and writes against a version."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from pexpect import EOF

from px.testing.dev_server import TestDevServer
from support.px_process import CANARY, Px

DAY = 86_400_000  # milliseconds


def put(px: Px, name: str, value: str, *more: str) -> tuple[int, str]:
    done = px.run("secret", "create", name, "--stdin", *more, stdin=value.encode())
    return done.returncode, done.stderr


def rows(px: Px, *arguments: str) -> list[list[str]]:
    done = px.run("secret", *arguments)
    assert done.returncode == 0, done.stderr
    return [line.split("\t") for line in done.stdout.splitlines()]


def document(px: Px, *arguments: str) -> tuple[int, dict[str, object]]:
    done = px.run("secret", *arguments, "--json")
    return done.returncode, json.loads(done.stdout or done.stderr)


@pytest.fixture
def changed(px: Px) -> Px:
    """A secret A with three versions, whose values are v1 to v3."""
    for value in ("v1", "v2", "v3"):
        put(px, "A", value)
    return px


def test_the_history_is_newest_first(changed: Px) -> None:
    """Version, state, when, by whom, and the version whose value it has again."""
    found = rows(changed, "history", "A")

    assert [(row[0], row[1], row[3], row[4]) for row in found] == [
        ("3", "current", "root", "-"),
        ("2", "previous", "root", "-"),
        ("1", "previous", "root", "-"),
    ]


def test_a_rollback_is_a_new_version_with_the_old_value(changed: Px, server: TestDevServer) -> None:
    """And the version that was current can still be rolled back to."""
    done = changed.run("secret", "rollback", "A", "--to", "1")

    assert (done.returncode, done.stdout, server.values()) == (0, "", {"A": "v1"})
    assert done.stderr.splitlines() == [
        "Secret rolled back successfully!",
        f"Version 4 has the value of version 1. It is stored at {server.url}, its default project",
    ]
    assert [row[4] for row in rows(changed, "history", "A")] == ["1", "-", "-", "-"]
    assert changed.run("secret", "rollback", "A", "--to", "3").returncode == 0
    assert server.values() == {"A": "v3"}


def test_a_rollback_to_a_version_that_never_was(changed: Px, server: TestDevServer) -> None:
    """Refused, and nothing was changed."""
    code, found = document(changed, "rollback", "A", "--to", "9")

    assert (code, found["code"], server.values()) == (1, "not_found", {"A": "v3"})


def test_a_rollback_against_a_version(changed: Px, server: TestDevServer) -> None:
    """Refused if the secret has another one."""
    code, found = document(changed, "rollback", "A", "--to", "1", "--if-version", "2")

    assert (code, found["code"], found["currentVersion"]) == (1, "version_mismatch", 3)
    assert server.values() == {"A": "v3"}


def test_a_deleted_secret_is_restored(changed: Px, server: TestDevServer) -> None:
    """As a new version with its last value; px says until when that is possible, and where."""
    deleted = changed.run("secret", "delete", "A", "--yes")

    last = deleted.stderr.splitlines()[-1]
    assert re.fullmatch(r"It can be restored until [-\d]+ [:\d]+ UTC: `px secret restore A`", last)
    assert [row[1] for row in rows(changed, "history", "A")] == ["deleted", "previous", "previous"]
    assert [row[0] for row in rows(changed, "list", "--deleted")] == ["A"]

    restored = changed.run("secret", "restore", "A")

    assert (restored.returncode, server.values()) == (0, {"A": "v3"})
    assert restored.stderr.splitlines() == [
        "Secret restored successfully!",
        f"It is version 4, stored at {server.url}, its default project",
    ]
    assert rows(changed, "list", "--deleted") == []


def test_a_deletion_says_until_when_for_programs(changed: Px) -> None:
    """The same time as in the history and in the list of what can be restored."""
    _, deleted = document(changed, "delete", "A", "--yes")
    [listed] = rows(changed, "list", "--deleted")

    assert deleted["keptUntil"] == document(changed, "history", "A")[1]["keptUntil"] == listed[4]


def test_a_name_in_use_is_not_restored(changed: Px) -> None:
    """Nothing overwrites it."""
    code, found = document(changed, "restore", "A")

    assert (code, found["code"]) == (1, "conflict")


def test_numbers_continue_after_a_deletion(changed: Px) -> None:
    """No version number is used twice."""
    changed.run("secret", "delete", "A", "--yes")
    put(changed, "A", "v4")

    assert rows(changed, "list")[0][3] == "4"


def test_a_destroyed_version_keeps_its_line_alone(changed: Px, server: TestDevServer) -> None:
    """Its value cannot be written again."""
    done = changed.run("secret", "destroy", "A", "--version", "1", "--yes")

    assert (done.returncode, server.values()) == (0, {"A": "v3"})
    assert rows(changed, "history", "A")[-1][:2] == ["1", "destroyed"]
    code, found = document(changed, "rollback", "A", "--to", "1")
    assert (code, found["code"]) == (1, "conflict")


def test_destroying_warns_of_versions_with_the_same_value(changed: Px) -> None:
    """A rollback wrote it again; in JSON they are listed."""
    changed.run("secret", "rollback", "A", "--to", "2")
    changed.run("secret", "create", "A", "--value", "v5")

    other = changed.run("secret", "destroy", "A", "--version", "1", "--yes")
    found = document(changed, "destroy", "A", "--version", "4", "--yes")
    again = changed.run("secret", "rollback", "A", "--to", "2")
    same = changed.run("secret", "destroy", "A", "--version", "2", "--yes")

    assert "warning" not in other.stderr
    assert (found[0], found[1]["sameValue"]) == (0, [2])
    assert again.returncode == 0, again.stderr
    assert "warning: version 2 has the same value as 6, which stays\n" in same.stderr


def test_a_rollback_to_nothing_leads_to_the_history(px: Px) -> None:
    """The number is needed, and the history has it."""
    done = px.run("secret", "rollback", "A")

    assert (done.returncode, done.stderr) == (
        2,
        "error: --to is missing\nhint: `px secret history A` shows the versions\n",
    )


def test_a_destroyed_secret_is_gone(changed: Px, server: TestDevServer) -> None:
    """It is in no list, and nothing restores it."""
    assert changed.run("secret", "destroy", "A", "--yes").returncode == 0

    assert (server.values(), rows(changed, "list", "--deleted")) == ({}, [])
    assert document(changed, "restore", "A")[0] == 1


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        (["A"], "the secret A and all its versions"),
        (["A", "--version", "2"], "version 2 of the secret A"),
    ],
)
def test_destroying_asks(
    changed: Px, server: TestDevServer, arguments: list[str], what: str
) -> None:
    """What, on which server and in which project; no is no."""
    child = changed.terminal("secret", "destroy", *arguments, "--project", "default")
    child.expect(r"\[y/N\]: ")
    question = child.before
    child.sendline("n")
    child.expect(EOF)
    child.close()

    assert question == f"Destroy {what}, for good, at {server.url}, project default? "
    assert (child.exitstatus, len(rows(changed, "history", "A"))) == (1, 3)


def test_without_a_terminal_destroying_needs_yes(changed: Px) -> None:
    """A script does not destroy by accident."""
    assert document(changed, "destroy", "A")[1]["code"] == "not_confirmed"
    assert len(rows(changed, "history", "A")) == 3


@pytest.mark.parametrize("command", [["create", "--value", "v"], ["delete", "--yes"]])
def test_the_hint_about_another_version_names_the_secret(changed: Px, command: list[str]) -> None:
    """The command in it can be run as it is; and nothing was changed, whatever was asked for."""
    done = changed.run("secret", *command, "A", "--if-version", "2")

    assert "A has version 3; nothing was changed\n" in done.stderr
    assert "hint: `px secret history A` shows who changed it and when\n" in done.stderr


@pytest.mark.parametrize(("answer", "left"), [("n", 3), ("y", 1)])
def test_to_keep_fewer_asks(changed: Px, server: TestDevServer, answer: str, left: int) -> None:
    """How many go, on which server and in which project."""
    child = changed.terminal("secret", "policy", "A", "--keep", "1", dimensions=(24, 200))
    child.expect(r"\[y/N\]: ")
    question = child.before
    child.sendline(answer)
    child.expect(EOF)
    child.close()

    place = f"{server.url}, its default project"
    assert question == f"Destroy 2 versions of the secret A, for good, at {place}? "
    assert (child.exitstatus == 0, len(rows(changed, "history", "A"))) == (answer == "y", left)


def test_without_a_terminal_to_keep_fewer_needs_yes(changed: Px) -> None:
    """Only if versions that there are would go, and the destroyed ones are gone already."""
    assert changed.run("secret", "policy", "A", "--keep", "3").returncode == 0
    code, found = document(changed, "policy", "A", "--keep", "2", "--note", "n")
    assert (code, found["code"]) == (1, "not_confirmed")
    assert "1 version would go for good; nothing was changed" in str(found["error"])
    assert ("note" in document(changed, "policy", "A")[1], len(rows(changed, "history", "A"))) == (
        *(False, 3),
    )
    changed.run("secret", "destroy", "A", "--version", "1", "--yes")
    assert changed.run("secret", "policy", "A", "--keep", "2").returncode == 0
    assert changed.run("secret", "policy", "A", "--keep", "1", "--yes").returncode == 0
    assert len(rows(changed, "history", "A")) == 1


def test_to_keep_fewer_of_what_is_deleted_asks_nothing(changed: Px) -> None:
    """It has no policy to change, and nothing goes."""
    changed.run("secret", "delete", "A", "--yes")
    assert document(changed, "policy", "A", "--keep", "1")[1]["code"] == "not_found"


def test_deleting_what_is_not_kept_is_for_good(changed: Px, server: TestDevServer) -> None:
    """The question and the answer say so."""
    changed.run("secret", "policy", "A", "--keep-deleted", "0d")
    child = changed.terminal("secret", "delete", "A", dimensions=(24, 200))
    place = f"{server.url}, its default project"
    child.expect_exact(f"Delete the secret A, for good, at {place}? [y/N]: ")
    child.sendline("y")
    child.expect_exact("It cannot be restored")
    child.expect(EOF)


@pytest.mark.parametrize("option", [["--if-version", "2"], ["--new"]])
def test_a_write_against_another_version_is_refused(
    changed: Px, server: TestDevServer, option: list[str]
) -> None:
    """Nothing is written, and px tells the current version."""
    done = changed.run("secret", "create", "A", "--stdin", "--json", *option, stdin=b"lost")
    found = json.loads(done.stderr)

    assert (done.returncode, found["code"], found["currentVersion"]) == (1, "version_mismatch", 3)
    assert server.values() == {"A": "v3"}


def test_a_write_against_its_version_is_made(px: Px, server: TestDevServer) -> None:
    """A new name with --new, an existing one with its version."""
    assert put(px, "A", "v1", "--new")[0] == 0
    assert put(px, "A", "v2", "--if-version", "1")[0] == 0
    assert server.values() == {"A": "v2"}


def test_new_and_if_version_are_not_used_together(px: Px, server: TestDevServer) -> None:
    """Wrong usage, and nothing was sent."""
    assert put(px, "A", "v", "--new", "--if-version", "1")[0] == 2
    assert server.calls == []


def test_a_prefix_narrows_the_list(px: Px, server: TestDevServer) -> None:
    """Names that start like it, as written."""
    server.seed({"STRIPE_KEY": "x", "STRIPE_ID": "x", "STRIPED": "x", "OTHER": "x"})

    assert [row[0] for row in rows(px, "list", "STRIPE_")] == ["STRIPE_ID", "STRIPE_KEY"]
    assert [row[0] for row in rows(px, "list", "stripe")] == []


@pytest.fixture
def compared(px: Px, server: TestDevServer) -> Px:
    """A dry run of a file with A and B, where A and OLD are stored."""
    px.environment["HOME"] = str(px.folder)
    server.seed({"A": "old", "OLD": "old"})
    (px.folder / "x.env").write_text("A=new\nB=new\n")
    px.run("secret", "import", "x.env", "--dry-run")
    return px


def test_an_import_of_what_is_unchanged(compared: Px, server: TestDevServer) -> None:
    """Everything is written, as without the option."""
    done = compared.run("secret", "import", "x.env", "--if-unchanged", "--prune", "--yes")

    assert (done.returncode, server.values()) == (0, {"A": "new", "B": "new"})


@pytest.mark.parametrize("name", ["A", "B", "OLD"])
def test_an_import_of_what_has_changed_is_refused(
    compared: Px, server: TestDevServer, name: str
) -> None:
    """One that was written since, created since, or is to be deleted: nothing is sent."""
    put(compared, name, "theirs")
    before = server.values()

    code, found = document(compared, "import", "x.env", "--if-unchanged", "--prune", "--yes")

    assert (code, found["code"], server.values()) == (1, "version_mismatch", before)
    assert [one["name"] for one in found["details"]] == [name]  # type: ignore[attr-defined]


def test_an_import_that_another_write_overtakes(compared: Px, server: TestDevServer) -> None:
    """The server checks the versions again: none is written, and the hint says what to do."""
    from px.api.client import Client
    from px.api.secrets import Secrets
    from px.errors import Refused
    from px.secrets.import_secrets import read_file, write
    from px.settings import make_target

    entries = read_file(compared.folder / "x.env")
    with Client(make_target(server.url, server.token)) as client:
        secrets = Secrets(client)
        with pytest.raises(Refused) as caught:
            write(secrets, entries, lambda done, total: None, if_versions={"A": 7})

    assert (caught.value.code, "--dry-run" in caught.value.hint) == ("version_mismatch", True)
    assert server.values() == {"A": "old", "OLD": "old"}


def test_versions_that_were_never_remembered(px: Px, server: TestDevServer) -> None:
    """Wrong usage that says what to do first; without a home folder too."""
    (px.folder / "x.env").write_text("A=new\n")

    for environment in ({}, {"HOME": str(px.folder)}):
        done = px.run("secret", "import", "x.env", "--if-unchanged", environment=environment)
        assert (done.returncode, server.calls) == (2, [])


def test_remembered_versions_hold_no_value(compared: Px) -> None:
    """Names and numbers, in a file that only its owner reads."""
    [file] = (compared.folder / ".local" / "state" / "px").glob("import-versions-*")

    assert json.loads(file.read_text()) == {"A": 1, "OLD": 1}
    assert file.stat().st_mode & 0o777 == 0o600


def shown(px: Px, width: int, *arguments: str) -> list[str]:
    child = px.terminal("secret", *arguments, dimensions=(24, width))
    child.expect(EOF)
    child.close()
    return (child.before or "").rstrip().split("\r\n")


@pytest.fixture
def lived(changed: Px) -> Px:
    """A, with a destroyed version and one that was rolled back to; and others, one deleted."""
    put(changed, "THE_NAME_OF_A_SECRET", CANARY)
    put(changed, "THE_NAME_OF_A_DELETED_SECRET", CANARY)
    changed.run("secret", "delete", "THE_NAME_OF_A_DELETED_SECRET", "--yes")
    changed.run("secret", "destroy", "A", "--version", "2", "--yes")
    changed.run("secret", "rollback", "A", "--to", "1")
    return changed


@pytest.mark.parametrize("arguments", [["history", "A"], ["list"], ["list", "--deleted"]])
@pytest.mark.parametrize("width", [40, 80, 200])
def test_every_width_is_readable(lived: Px, arguments: list[str], width: int) -> None:
    """No line is broken by the terminal: a table from 80 columns on, blocks at 40."""
    lines = shown(lived, width, *arguments)

    assert max(map(len, lines)) <= width
    assert any("(UTC)" in line and line.isupper() for line in lines) == (width > 40)
    assert not [line for line in lines if line != line.rstrip()]


def test_a_block_of_the_history_says_what_its_number_is(lived: Px) -> None:
    """At 40 columns a version begins with the word."""
    lines = shown(lived, 40, "history", "A")

    assert lines[0] == "A has 4 versions:"
    assert [line for line in lines if line.startswith("version ")] == [
        f"version {number}" for number in (4, 3, 2, 1)
    ]
    assert "  value of       version 1" in lines


def test_values_are_in_no_answer(lived: Px, server: TestDevServer, tmp_path: Path) -> None:
    """Neither on stdout nor on stderr, of any of these commands."""
    put(lived, "A", CANARY)
    for arguments in ("history A", "list", "list --deleted", "rollback A --to 5", "delete A --yes"):
        done = lived.run("secret", *arguments.split(), "--json")
        assert CANARY not in done.stdout + done.stderr
