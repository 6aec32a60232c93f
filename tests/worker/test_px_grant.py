"""px grant against the real Worker: a grant is a row of the ledger, and KV says nothing of it."""

from __future__ import annotations

import json

from support.px_process import CANARY, Px
from worker.main_worker import ProjectApi


def _granted(px: Px) -> dict[str, list[str]]:
    done = px.run("grant", "list", "--json")
    assert done.returncode == 0, done.stderr
    return {one["as"]: one["read"] for one in json.loads(done.stdout)["grants"]}


def test_a_grant_is_only_in_the_ledger(px: Px, api: ProjectApi) -> None:
    """Nothing of it is in KV; what somebody plants there as one grants nothing."""
    api.bulk({"KEY": CANARY, "OTHER": CANARY})
    done = px.run("grant", "add", "checkout", "--read", "KEY", "--read", "LATER")
    ledgers, kv = api.worker.ledgers, api.worker.kv
    [row] = ledgers.rows(api.project, "grant").values()
    ledgers.wait_for_copies(api.project)
    before = kv.read(api.project)
    for key in ("grant/checkout", "grant/billing"):
        kv.write(f"{api.project}/{key}", row.replace("KEY", "OTHER"))

    assert (done.returncode, "no secret LATER yet" in done.stderr) == (0, True)
    assert before
    assert [text for text in map(str, before.items()) if "checkout" in text] == []
    assert _granted(px) == {"checkout": ["KEY", "LATER"]}


def test_a_removed_grant_leaves_no_row(px: Px, api: ProjectApi) -> None:
    """Name by name; both changes are events, and the chain of them is whole."""
    api.put("KEY", CANARY)
    for words in (
        "add checkout --read KEY --read OTHER",
        *("remove checkout --read OTHER --yes", "remove checkout --read KEY --yes"),
    ):
        done = px.run("grant", *words.split())
        assert done.returncode == 0, done.stderr
    events = api.call("GET", "/audit").json()["events"]

    assert (_granted(px), api.worker.ledgers.rows(api.project, "grant")) == ({}, {})
    assert [(one["action"], one["names"], one["integrity"]) for one in events[:3]] == [
        ("grant.remove", ["KEY"], "intact"),
        ("grant.remove", ["OTHER"], "intact"),
        ("grant.add", ["KEY", "OTHER"], "intact"),
    ]
