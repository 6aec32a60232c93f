"""Copies in real KV that somebody changed: found, named, repaired by the alarm, and reported."""

from __future__ import annotations

import json

from support.px_process import Px
from support.waiting import wait_until
from worker.kv_files import Entry
from worker.main_worker import ProjectApi

NAMES = ("OLDER", "FOREIGN", "REDATED", "MISSING", "KEPT")
MINUTES = 11 * 60 * 1000


def differing(api: ProjectApi) -> dict[str, str]:
    """Every page of GET /copies."""
    pages = api.pages("/copies", "copies", 100)
    return {one["name"]: one["state"] for page in pages for one in page}


def has_copy(api: ProjectApi, name: str) -> bool:
    return bool(api.worker.kv.keys(api.key(name)))


def age(api: ProjectApi) -> None:
    """As if all had been published eleven minutes earlier."""
    ledgers = api.worker.ledgers
    ledgers.wait_for_copies(api.project)
    for name, text in ledgers.rows(api.project, "published").items():
        fields = json.loads(text)
        fields["at"] -= MINUTES
        keys = (fields["keyId"], None if fields["keyId"] else fields["at"])
        ledgers.write(api.project, "published", name, json.dumps(fields), *keys)


def damage(api: ProjectApi) -> dict[str, str]:
    """Every way in which a copy can be wrong, and what it is called."""
    api.bulk(dict.fromkeys(NAMES, "one"))
    older = api.stored("OLDER")
    api.put("OLDER", "two")
    age(api)
    kept = api.stored("KEPT")
    foreign, redated = api.stored("FOREIGN"), api.stored("REDATED")
    api.plant_in_kv("OLDER", older)
    api.plant_in_kv("FOREIGN", Entry(foreign.value[:-1], foreign.metadata))
    api.plant_in_kv("REDATED", Entry(redated.value, redated.metadata | {"updatedAt": 1}))
    api.worker.kv.delete(api.key("MISSING"))
    api.plant_in_kv("PLANTED", kept)
    api.plant_in_kv("..", Entry("garbage", 7))
    return {
        "OLDER": "older",
        "FOREIGN": "foreign",
        "REDATED": "foreign",
        "MISSING": "missing",
        "PLANTED": "planted",
        "..": "planted",
    }


def test_what_was_changed_is_found_repaired_and_reported(api: ProjectApi) -> None:
    """By the alarm, without another call; what runs read was never another value."""
    wrong = damage(api)
    found = differing(api)

    assert found == wrong
    assert api.names() == set(NAMES), "repaired once nothing is due"
    opened = {name: api.open_on_cpython(name).decode() for name in NAMES}
    assert opened == dict.fromkeys(NAMES, "one") | {"OLDER": "two"}
    assert differing(api) == {}
    events = api.call("GET", "/audit").json()["events"]
    reports = [one for one in events if one["action"] == "copies.repair"]
    assert sorted(name for one in reports for name in one["names"]) == sorted(wrong)
    assert {one["actor"]["type"] for one in reports} == {"system"}
    assert {one["integrity"] for one in events} == {"intact"}


def test_doctor_names_them(api: ProjectApi, px: Px) -> None:
    """A warning with each name and what is wrong with it; afterwards there is none."""
    api.put("A", "value")
    age(api)
    api.worker.kv.delete(api.key("A"))
    first = px.run("doctor").stdout
    wait_until(lambda: has_copy(api, "A"), "the copy is written again")
    second = px.run("doctor").stdout

    (row,) = [line for line in first.splitlines() if "\tcopies\t" in line]
    assert row.startswith("warn\tcopies\t1 in KV did not match the ledger")
    assert "A (missing)" in row
    assert "ok\tcopies\tKV matches the ledger" in second


def test_a_sweep_finds_it_without_any_call(api: ProjectApi) -> None:
    """The alarm rings for the next change; the sweep, which is due, repairs another name."""
    api.put("A", "value")
    age(api)
    api.worker.kv.delete(api.key("A"))
    duty = {"due": 1, "cursor": None, "failed": 0}
    api.worker.ledgers.write(api.project, "duty", "sweep", json.dumps(duty), 1)
    api.put("B", "value")

    wait_until(lambda: has_copy(api, "A"), "the sweep repaired it")
    line = f"copies of {api.project}: 1 missing; they are written again or removed"
    wait_until(lambda: line in api.worker.log.read_text(), "the operator is told")
