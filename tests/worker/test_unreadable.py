"""Entries that somebody with access to a ledger's storage put there, in the real Worker."""

from __future__ import annotations

from urllib.parse import quote

import pytest

from support.px_process import Px
from worker.kv_files import Entry
from worker.main_worker import ProjectApi

BAD = ["a b", "x/y", "..", ".", "", "\n\x1b[31m", "POSITRONIC_X", "\u00e9", "%2e%2e", "LONG"]


def path(name: str) -> str:
    in_query = name in ("", ".", "..")
    return f"/secrets?name={name}" if in_query else f"/secrets/{quote(name, safe='')}"


@pytest.mark.parametrize("name", BAD)
def test_what_is_listed_is_deleted(api: ProjectApi, name: str) -> None:
    """Under any name that a row can have, and nothing else goes."""
    name = name.replace("LONG", "N" * 512)
    api.put("A", "value")
    api.plant(name, Entry("text", {"version": 1}))
    listed = api.call("GET", "/secrets").json()["secrets"]
    deleted = api.call("DELETE", path(name))
    longer = api.call("DELETE", path("N" * 600))

    assert {"name": name, "unreadable": True} in listed
    assert deleted.status_code == 204, deleted.text
    assert longer.json()["code"] == "invalid_name"
    assert api.names() == {"A"}


def test_a_deletion_never_leaves_its_project(api: ProjectApi, other_api: ProjectApi) -> None:
    """However the way to another project's key is spelled."""
    other_api.put("A", "value")
    for up in ("../../", "..%2F..%2F", "/", "%2F"):
        way = path(f"{up}{other_api.project}/secret/A")
        assert api.call("DELETE", way).status_code == 400, way

    assert other_api.names() == {"A"}


def test_px_goes_on_beside_them(api: ProjectApi, px: Px) -> None:
    """list, require, key list and audit verify, with entries that say nothing in each folder."""
    api.put("A", "value")
    px.run("token", "create", "ci", "--role", "reader")
    write, project = api.worker.ledgers.write, api.project
    write(project, "secret", "B", "text", "B")
    write(project, "secret", "bad name", "text", "bad name")
    write(project, "token", "bad id", "text", "k1", None)
    write(project, "event", "0" * 16, "text", None, None)
    write(".projects", "project", "No Project", "1")
    codes = {
        words: px.run(*words.split()).returncode
        for words in ("secret list", "secret require A", "token list", "key list", "audit")
    }
    verified = px.run("audit", "verify")
    projects = api.call("GET", "/projects").json()["projects"]
    removed = [
        px.run("secret", "delete", "bad name", "--yes").returncode,
        px.run("secret", "delete", "B", "--yes").returncode,
        px.run("token", "revoke", "bad id", "--yes").returncode,
    ]
    assert set(codes.values()) == {0}, codes
    assert (verified.returncode, verified.stdout[:15]) == (1, f"changed\t{'0' * 7}")
    assert {"name": "No Project", "unreadable": True} in projects
    assert removed == [0, 0, 0]
    assert api.names() == {"A"}
