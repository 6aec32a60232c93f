"""px's history, second thoughts and conditional writes against the real Worker."""

from __future__ import annotations

import json
from subprocess import Popen

from support.px_process import CANARY, Px
from worker.main_worker import ProjectApi


def _put(px: Px, value: str, *more: str) -> int:
    done = px.run("secret", "create", "KEY", "--stdin", *more, stdin=value.encode())
    return done.returncode


def _history(px: Px) -> list[list[str]]:
    done = px.run("secret", "history", "KEY")
    assert done.returncode == 0, done.stderr
    return [line.split("\t") for line in done.stdout.splitlines()]


def test_a_secret_is_rolled_back_deleted_and_restored(px: Px, api: ProjectApi) -> None:
    """Each step is a new version, whose sealed text opens to the value of the earlier one."""
    _put(px, "first " + CANARY)
    _put(px, "second " + CANARY)

    for step, value in (
        ("rollback KEY --to 1", "first " + CANARY),
        ("rollback KEY --to 2", "second " + CANARY),
        ("delete KEY --yes", ""),
        ("restore KEY", "second " + CANARY),
    ):
        done = px.run("secret", *step.split())
        assert done.returncode == 0, done.stderr
        if value:
            assert api.open_on_cpython("KEY") == value.encode()

    found = _history(px)
    assert [(row[0], row[1], row[4]) for row in found] == [
        ("5", "current", "4"),
        ("4", "previous", "2"),
        ("3", "previous", "1"),
        ("2", "previous", "-"),
        ("1", "previous", "-"),
    ]


def test_a_destroyed_secret_is_in_no_row(px: Px, api: ProjectApi) -> None:
    """No sealed text of it is left in the ledger."""
    _put(px, CANARY)
    _put(px, CANARY)

    assert px.run("secret", "destroy", "KEY", "--yes").returncode == 0

    texts = api.worker.ledgers.rows(api.project, "version").values()
    assert [text for text in texts if json.loads(text).get("sealed")] == []
    assert px.run("secret", "restore", "KEY").returncode == 1


def test_one_of_two_writers_wins(px: Px, api: ProjectApi) -> None:
    """Both have seen version 1: one writes version 2, the other learns that it is there."""
    _put(px, CANARY)
    arguments = ("secret", "create", "KEY", "--if-version", "1", "--value")
    writers: list[Popen[str]] = [px.start(*arguments, f"value of writer {n}") for n in (1, 2)]
    ended = [(writer.communicate(timeout=60)[1], writer.returncode) for writer in writers]

    assert sorted(code for _, code in ended) == [0, 1]
    assert len(_history(px)) == 2
