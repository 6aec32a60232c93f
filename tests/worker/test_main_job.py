"""The main job on the real Worker: what goes in lies sealed in KV, whole, and is listed."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from worker.main_worker import ProjectApi

VALUES = {
    "PEM": "-----BEGIN KEY-----\r\n" + "MIIEvQIBADANBg+/=\r\n" * 165 + "-----END KEY-----\r\n",
    "JSON": json.dumps({"a": [1, None, 'q"\\'], "é": "🔑"}, indent=2),
    "EMOJI": "🔑👩🏽‍🚀",
    "LARGEST": "x" * 65_536,
    "LARGEST_EMOJI": "🔑" * 16_384,
    "TWO_NEWLINES": "value\n\n",
    "CONTROLS": "\x01\x1b[31m\x7f\u2028\ufeff",
}


@pytest.mark.parametrize("name", VALUES)
def test_byte_for_byte(api: ProjectApi, name: str) -> None:
    """A value that was put in opens, from the files and with the master key, to the same bytes."""
    answer = api.put(name, VALUES[name])

    assert answer.status_code == 201
    assert api.open_on_cpython(name) == VALUES[name].encode()


def test_bulk_byte_for_byte(api: ProjectApi) -> None:
    """The same holds for every value of a bulk."""
    answer = api.bulk(VALUES)

    assert answer.json() == {"created": len(VALUES), "updated": 0}
    opened = {name: api.open_on_cpython(name) for name in VALUES}
    assert opened == {name: value.encode() for name, value in VALUES.items()}


def test_what_lies_in_kv(api: ProjectApi) -> None:
    """KV holds one record under the project and the name, sealed, with four fields beside it, and
    nothing else of the project."""
    api.put("A", "value")
    record = api.stored("A")

    assert record.value.startswith("px1.k1.")
    assert set(record.metadata) == {"version", "createdAt", "updatedAt", "keyId"}
    assert api.worker.kv.keys(f"{api.project}/") == {api.key("A")}


def test_sealed_on_cpython_opens_in_the_worker(api: ProjectApi) -> None:
    """What CPython's cipher sealed with the same master key opens in the Worker."""
    api.put("OTHER", "so that the store exists")
    api.plant("A", api.seal_on_cpython("A", "value", api.worker.secrets.keys))

    assert api.exists("A").json() == {"exists": True, "opens": True}


@pytest.mark.parametrize("count", [1, 40])
def test_a_list_keeps_every_letter(api: ProjectApi, count: int) -> None:
    """A long one goes another way between Python and JavaScript."""
    note = 'clé 🔑 "quoted" \\'
    api.bulk({f"A{number}": "value" for number in range(count)})
    for number in range(count):
        api.call("PATCH", f"/secrets/A{number}", json={"note": note}).raise_for_status()

    listed = api.call("GET", "/secrets").json()["secrets"]
    assert [one["note"] for one in listed] == [note] * count


def test_created_at_survives_an_update(api: ProjectApi) -> None:
    """An update keeps createdAt, in the answer, in the list and in KV."""
    first = api.put("A", "one").json()
    second = api.put("A", "two").json()
    (listed,) = api.call("GET", "/secrets").json()["secrets"]

    assert second["createdAt"] == first["createdAt"]
    assert second["updatedAt"] >= first["updatedAt"]
    assert listed == {**second, "updatedBy": listed["updatedBy"]}
    moment = datetime.fromisoformat(first["createdAt"]).astimezone(UTC).timestamp() * 1000
    assert api.stored("A").metadata["createdAt"] == round(moment)
    assert api.stored("A").metadata["version"] == 2


def test_bulk_keeps_created_at(api: ProjectApi) -> None:
    """A bulk counts what was there as updated and keeps its createdAt."""
    first = api.put("A", "one").json()
    answer = api.bulk({"A": "two", "B": "new"})
    listed = {item["name"]: item for item in api.call("GET", "/secrets").json()["secrets"]}

    assert answer.json() == {"created": 1, "updated": 1}
    assert listed["A"]["createdAt"] == first["createdAt"]


def test_2500_secrets(api: ProjectApi) -> None:
    """2,500 secrets come back whole and sorted, in pages of 1,000, 1,000 and 500."""
    names = [f"N{number:04}" for number in range(2500)]
    for start in range(0, 2500, 500):
        some = dict.fromkeys(names[start : start + 500][::-1], "value")
        assert api.bulk(some).json() == {"created": 500, "updated": 0}
    pages = api.pages("/secrets", "secrets", 1000)

    assert [len(page) for page in pages] == [1000, 1000, 500]
    assert [item["name"] for page in pages for item in page] == names


def test_deleted_is_gone(api: ProjectApi) -> None:
    """A deleted secret is gone from exists, list and KV; deleting it again answers 404."""
    api.bulk({"A": "one", "B": "two"})
    answers = [api.call("DELETE", "/secrets/A") for _ in range(2)]

    assert [answer.status_code for answer in answers] == [204, 404]
    assert api.exists("A").json() == {"exists": False}
    assert [item["name"] for item in api.call("GET", "/secrets").json()["secrets"]] == ["B"]
    assert api.names() == {"B"}


def test_projects_apart(api: ProjectApi, other_api: ProjectApi) -> None:
    """A project sees neither the secrets nor the events of another."""
    api.put("A", "one")

    assert other_api.exists("A").json() == {"exists": False}
    assert other_api.call("GET", "/secrets").json() == {"secrets": [], "count": 0}
    assert other_api.call("GET", "/audit").json() == {"events": [], "count": 0}


def test_every_change_is_audited(api: ProjectApi) -> None:
    """Each mutation is one event under its request's id, with names and no value."""
    answers = [
        api.put("A", "canary-of-the-audit"),
        api.bulk({"A": "canary-of-the-audit", "B": "canary-of-the-audit"}),
        api.call("DELETE", "/secrets/A"),
    ]
    events = [event for page in api.pages("/audit", "events", 2) for event in page]
    told = {
        event["requestId"]: (event["action"], event["names"], event["outcome"]) for event in events
    }

    assert list(map(told.get, (answer.headers["X-Request-Id"] for answer in answers))) == [
        ("secret.put", ["A"], "accepted"),
        ("secret.bulk", ["A", "B"], "accepted"),
        ("secret.delete", ["A"], "accepted"),
    ]
    assert len(events) == 3
