"""The dotenv dialect on the real Worker: each row of its table, sealed and opened again."""

from __future__ import annotations

import json

import pytest

from support.dialect import ARRIVES, REFUSED
from support.px_process import Px
from worker.main_worker import ProjectApi

# One import for all: rows that are one secret alone in a file of their own are files here.
NAMED = {f"ROW_{number}": row for number, row in enumerate(ARRIVES) if b"A" in row[0][:12]}


def renamed(name: str, data: bytes) -> bytes:
    """The row under a name of its own, so that all go in at once."""
    return data.replace(b"A", name.encode(), 1)


def test_every_row_is_sealed_as_the_dialect_says(px: Px, api: ProjectApi) -> None:
    """A file for each row, one import: what is opened again is the row's value, byte for byte."""
    for name, (data, _) in NAMED.items():
        (px.folder / f"{name}.env").write_bytes(renamed(name, data))

    done = px.run("secret", "import", *(f"{name}.env" for name in NAMED))

    opened = {name: api.open_on_cpython(name).decode() for name in api.names()}
    assert (done.returncode, len(opened) > 50) == (0, True)
    assert opened == {name: value for name, (_, value) in NAMED.items()}


def test_json_is_sealed_as_json_says(px: Px, api: ProjectApi) -> None:
    """The same values as one JSON object on stdin."""
    values = {name: value for name, (_, value) in NAMED.items()}

    done = px.run("secret", "import", "-", stdin=json.dumps(values).encode())

    assert done.returncode == 0
    assert {name: api.open_on_cpython(name).decode() for name in api.names()} == values


@pytest.mark.parametrize("number", [0, 15, len(REFUSED) - 1])
def test_a_refused_row_leaves_the_store_empty(px: Px, api: ProjectApi, number: int) -> None:
    """Beside a good file, one bad line: nothing is in KV."""
    (px.folder / "good.env").write_text("GOOD=1\n")
    (px.folder / "bad.env").write_bytes(REFUSED[number][0])

    done = px.run("secret", "import", "good.env", "bad.env")

    assert (done.returncode, api.names()) == (2, set())


def test_a_prune_leaves_what_the_files_hold(px: Px, api: ProjectApi) -> None:
    """On real KV too: written, then deleted, and `require` agrees."""
    api.bulk({"OLD": "x", "A": "old"}).raise_for_status()
    (px.folder / "a.env").write_text("A=new\nB=new\n")

    done = px.run("secret", "import", "a.env", "--prune", "--yes")
    asked = px.run("secret", "require", "A", "B", "OLD")

    assert "Imported 2 secrets: 1 created, 1 updated, 1 deleted" in done.stderr.splitlines()
    assert api.names() == {"A", "B"}
    assert (asked.returncode, asked.stdout) == (1, "OLD\n")


def test_doctor_finds_the_worker_in_order(px: Px) -> None:
    """Reached, accepted, root, its keys; what is not known is said to be so."""
    done = px.run("doctor", "--json")

    found = {one["check"]: one["status"] for one in json.loads(done.stdout)["checks"]}
    assert (done.returncode, found["server"], found["access"]) == (0, "ok", "ok")
    assert (found["role"], found["keys"]) == ("ok", "ok")
