"""Somebody with access to a ledger's storage, or to KV, changes it.

In the ledger, the Worker says so, with a code, and never crashes. In KV, it means nothing.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

import httpx
import pytest

from support.px_process import Px
from worker.kv_files import Entry
from worker.main_worker import KEY_ID, ProjectApi, fresh_keys


def told(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json().get("code", "")


CORRUPT = (500, "corrupt_record")


def test_copied_to_another_name(api: ProjectApi) -> None:
    """A record copied to another name answers `corrupt_record`."""
    api.put("A", "value")
    api.plant("B", api.stored("A"))

    assert told(api.exists("B")) == CORRUPT


def test_copied_to_another_project(api: ProjectApi, other_api: ProjectApi) -> None:
    """A record copied to another project answers `corrupt_record`."""
    api.put("A", "value")
    other_api.put("OTHER", "so that the ledger exists")
    other_api.plant("A", api.stored("A"))

    assert told(other_api.exists("A")) == CORRUPT


def test_rolled_back(api: ProjectApi) -> None:
    """An old sealed text put back under newer metadata answers `corrupt_record`."""
    api.put("A", "one")
    old = api.stored("A")
    api.put("A", "two")
    api.plant("A", Entry(old.value, api.stored("A").metadata))

    assert told(api.exists("A")) == CORRUPT


@pytest.mark.parametrize("field", ["version", "createdAt", "updatedAt"])
def test_other_metadata(api: ProjectApi, field: str) -> None:
    """A number in the metadata that was changed answers `corrupt_record`."""
    api.put("A", "one")
    entry = api.stored("A")
    api.plant("A", Entry(entry.value, entry.metadata | {field: entry.metadata[field] + 1}))

    assert told(api.exists("A")) == CORRUPT


def test_wrong_master_key(api: ProjectApi) -> None:
    """A record of another master key with the same id answers `corrupt_record`."""
    api.put("OTHER", "so that the store exists")
    api.plant("A", api.seal_on_cpython("A", "value", fresh_keys(KEY_ID)))

    assert told(api.exists("A")) == CORRUPT


def test_missing_master_key(api: ProjectApi) -> None:
    """A record under a key id that the Worker lacks answers `unknown_key`, naming the id."""
    api.put("OTHER", "so that the store exists")
    api.plant("A", api.seal_on_cpython("A", "value", fresh_keys("lost-2026")))
    answer = api.exists("A")

    assert told(answer) == (500, "unknown_key")
    assert "lost-2026" in answer.json()["error"]


TEXTS: dict[str, Callable[[str], bytes | str]] = {
    "empty": lambda _: "",
    "words": lambda _: "not a sealed text",
    "json": lambda _: '{"value": 1}',
    "not UTF-8": lambda _: b"\xff\xfe\x00px1.",
    "cut": lambda text: text[:-1],
    "cut at a dot": lambda text: text.rpartition(".")[0],
    "longer": lambda text: text + "A",
    "padded": lambda text: text + "=",
    "a newline behind": lambda text: text + "\n",
    "another format": lambda text: "px2" + text[3:],
    "twice": lambda text: text * 2,
    "a megabyte": lambda _: "px1." + "A" * 1_000_000,
    "a million dots": lambda _: "." * 1_000_000,
}


@pytest.mark.parametrize("what", TEXTS)
def test_garbage_text(api: ProjectApi, what: str) -> None:
    """Garbage in place of the sealed text answers `corrupt_record`, and the list goes on."""
    api.put("A", "value")
    entry = api.stored("A")
    text = TEXTS[what](entry.value)
    planted = text.decode(errors="replace") if isinstance(text, bytes) else text
    api.plant("A", Entry(planted, entry.metadata))

    assert told(api.exists("A")) == CORRUPT
    assert api.call("GET", "/secrets").json()["count"] == 1


METADATA: dict[str, Callable[[Mapping[str, Any]], object]] = {
    "none": lambda _: None,
    "a text": lambda _: "text",
    "a list": lambda _: [1, 2],
    "a number": lambda _: 7,
    "nothing in it": lambda _: {},
    "a date as text": lambda fields: {**fields, "createdAt": "2026-11-24"},
    "a fraction": lambda fields: {**fields, "updatedAt": 1.5},
    "a negative": lambda fields: {**fields, "version": -1},
    "too large": lambda fields: {**fields, "updatedAt": 2**63},
    "infinite": lambda fields: {**fields, "createdAt": 1e308},
    "after the year 9999": lambda fields: {**fields, "updatedAt": 253_402_300_800_000},
    "no key id": lambda fields: {**fields, "keyId": None},
    "a nested key id": lambda fields: {**fields, "keyId": {"a": []}},
    "another key id": lambda fields: {**fields, "keyId": "k2"},
}


@pytest.mark.parametrize("what", METADATA)
def test_garbage_metadata(api: ProjectApi, what: str) -> None:
    """Garbage in place of the metadata answers `corrupt_record`; the secret can be deleted."""
    api.put("A", "value")
    entry = api.stored("A")
    api.plant("A", Entry(entry.value, METADATA[what](entry.metadata)))
    exists, listed = api.exists("A"), api.call("GET", "/secrets")
    deleted = api.call("DELETE", "/secrets/A")

    assert told(exists) == CORRUPT
    assert listed.status_code == 200 or told(listed) == CORRUPT
    assert deleted.status_code == 204
    assert api.call("GET", "/secrets").json() == {"secrets": [], "count": 0}


def test_broken_event(api: ProjectApi) -> None:
    """An event that was overwritten is listed as unreadable; the others are there."""
    api.put("A", "value")
    api.worker.ledgers.write(api.project, "event", "0" * 16, "[[[", None, None)
    answer = api.call("GET", "/audit")

    assert [event["outcome"] for event in answer.json()["events"]] == ["unreadable", "accepted"]


def _change_event(api: ProjectApi, ours: str, theirs: str) -> None:
    """In the ledger's storage: of the event that has this text, it becomes another."""
    for id_, text in api.worker.ledgers.rows(api.project, "event").items():
        if ours in text:
            fields = json.loads(text)
            keys = (fields["command"], fields["time"])
            changed = text.replace(ours, theirs)
            api.worker.ledgers.write(api.project, "event", id_, changed, *keys)


def test_a_changed_event_is_acknowledged(api: ProjectApi, px: Px) -> None:
    """Once root has acknowledged it, px verifies the log; changed again, it is a new finding."""
    api.put("A", "one")
    api.put("B", "two")
    _change_event(api, '["A"]', '["X"]')
    newest, changed = api.call("GET", "/audit").json()["events"]
    place = {"sequence": changed["sequence"], "digest": changed["digest"]}
    other = {"sequence": newest["sequence"], "digest": newest["digest"]}
    refused = [
        told(api.call("POST", "/audit/acknowledge", json=sent))
        for sent in (other, place | {"digest": "0" * 64})
    ]
    found = px.run("audit", "verify")
    done = px.run("audit", "acknowledge", f"{place['sequence']}:{place['digest']}", "--yes")
    known = px.run("audit", "verify")
    events = api.call("GET", "/audit").json()["events"]
    _change_event(api, '["X"]', '["Y"]')
    again = px.run("audit", "verify")

    assert refused == [(409, "conflict"), (404, "not_found")]
    assert [found.returncode, done.returncode, known.returncode, again.returncode] == [1, 0, 0, 1]
    assert [(one["action"], one["integrity"]) for one in events] == [
        ("audit.acknowledge", "intact"),
        ("secret.put", "intact"),
        ("secret.put", "changed"),
    ]
    assert "1 changed (1 acknowledged)" in known.stderr


def _in_kv(api: ProjectApi) -> dict[str, Entry]:
    """What somebody with access to KV could put under A."""
    old = api.stored("A")
    api.put("A", "two")
    new = api.stored("A")
    return {
        "rolled back": old,
        "other dates": Entry(new.value, new.metadata | {"updatedAt": 1}),
        "without metadata": Entry(new.value, None),
        "another key's": api.seal_on_cpython("A", "value", fresh_keys("lost-2026")),
        "garbage": Entry("garbage", 7),
    }


def test_nothing_in_kv_is_believed(api: ProjectApi) -> None:
    """Whatever stands in KV, also under other names, nothing of it is shown or read."""
    api.put("A", "one")
    listed = api.call("GET", "/secrets").json()["secrets"][0]
    for what, entry in _in_kv(api).items():
        api.plant_in_kv("A", entry)
        api.plant_in_kv("PLANTED", entry)
        answer = api.call("GET", "/secrets").json()

        assert [one["name"] for one in answer["secrets"]] == ["A"], what
        assert answer["secrets"][0]["createdAt"] == listed["createdAt"], what
        assert api.exists("A").json() == {"exists": True, "opens": True}, what
        assert api.exists("PLANTED").json() == {"exists": False}, what
        assert told(api.call("DELETE", "/secrets/PLANTED")) == (404, "not_found"), what
    api.put("A", "three")
    assert api.open_on_cpython("A") == b"three"
