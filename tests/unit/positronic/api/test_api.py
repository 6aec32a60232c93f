"""The HTTP contract through `handle`: what succeeds, and what every answer carries."""

from __future__ import annotations

import pytest

from positronic.api.routes import ROUTES
from positronic.names import Project
from positronic.roles import Role
from support.memory_service import SETTINGS, House
from support.rows import records

DATE = "2026-11-24T05:36:45.123Z"
LATER = "2026-11-24T05:36:46.123Z"


def test_each_call_needs_its_role() -> None:
    """The least that may make it: the contract's table."""
    roles = {f"{route.method} {route.path}": route.role for route in ROUTES}

    assert roles == {
        "GET /status": None,
        "GET /openapi.json": None,
        "GET /secrets": Role.READER,
        "POST /secrets": Role.WRITER,
        "DELETE /secrets": Role.WRITER,
        "POST /secrets/bulk": Role.WRITER,
        "DELETE /secrets/bulk": Role.WRITER,
        "DELETE /secrets/{name}": Role.WRITER,
        "GET /secrets/{name}/exists": Role.DEPLOYER,
        "PATCH /secrets/bulk": Role.WRITER,
        "PATCH /secrets/{name}": Role.WRITER,
        "GET /secrets/{name}/policy": Role.READER,
        "GET /due": Role.READER,
        "GET /secrets/{name}/versions": Role.READER,
        "POST /secrets/{name}/rollback": Role.WRITER,
        "POST /secrets/{name}/restore": Role.WRITER,
        "DELETE /secrets/{name}/versions/{version}": Role.ADMIN,
        "GET /secrets/{name}/uses": Role.READER,
        "GET /audit": Role.READER,
        "POST /audit/restart": Role.ROOT,
        "POST /audit/acknowledge": Role.ROOT,
        "GET /tokens": Role.ADMIN,
        "POST /tokens": Role.ADMIN,
        "DELETE /tokens": Role.ADMIN,
        "DELETE /tokens/{id}": Role.ADMIN,
        "GET /targets": Role.READER,
        "PUT /targets/{target}": Role.ADMIN,
        "DELETE /targets/{target}": Role.ADMIN,
        "POST /targets/{target}/sync": Role.ADMIN,
        "GET /targets/{target}/check": Role.ADMIN,
        "GET /grants": Role.ADMIN,
        "POST /grants": Role.ADMIN,
        "DELETE /grants/{as}": Role.ADMIN,
        "GET /keys": Role.ADMIN,
        "POST /keys/rotate": Role.ADMIN,
        "POST /root-token/replaced": Role.ROOT,
        "GET /projects": Role.ROOT,
        "GET /copies": Role.READER,
        "POST /project/adopt": Role.ADMIN,
        "POST /project/repair": Role.ADMIN,
        "GET /project/export": Role.READER,
        "POST /project/export": Role.ADMIN,
        "POST /project/import/check": Role.ROOT,
        "POST /project/import": Role.ROOT,
        "GET /brains": Role.RUNNER,
        "GET /brains/{identifier}": Role.RUNNER,
        "GET /brains/runs": Role.RUNNER,
        "POST /brains/runs": Role.RUNNER,
        "POST /brains/runs/rerun": Role.RUNNER,
        "GET /brains/runs/{runId}": Role.RUNNER,
        "GET /brains/runs/{runId}/watch": Role.RUNNER,
        "DELETE /brains/runs/{runId}": Role.RUNNER,
        "GET /runs": Role.RUNNER,
    }


def test_status_needs_no_token() -> None:
    """The service says that it is ready to anyone."""
    answer = House().call("GET", "/status", headers={"authorization": None})

    assert (answer.status, answer.json) == (200, {"ready": True})


def test_create() -> None:
    """A new secret answers with its name and dates, not its value."""
    answer = House().call("POST", "/secrets", {"name": "A", "value": "canary"})

    assert answer.status == 201
    assert answer.json == {
        "name": "A",
        "version": 1,
        "createdAt": DATE,
        "updatedAt": DATE,
        "sealedAt": DATE,
    }


def test_update() -> None:
    """An update keeps createdAt and moves updatedAt."""
    house = House()
    house.put("A")
    house.clock.now += 1000
    answer = house.call("POST", "/secrets", {"name": "A", "value": "canary"})

    assert answer.json == {
        "name": "A",
        "version": 2,
        "createdAt": DATE,
        "updatedAt": LATER,
        "sealedAt": LATER,
    }


def test_list() -> None:
    """Names and dates in the order of names, and how many."""
    house = House()
    house.put("b", "B", "A", "_")
    answer = house.call("GET", "/secrets")

    assert [secret["name"] for secret in answer.json["secrets"]] == ["A", "B", "_", "b"]
    assert answer.json["secrets"][0] == {
        "name": "A",
        "version": 1,
        "createdAt": DATE,
        "updatedAt": DATE,
        "sealedAt": DATE,
        "updatedBy": {"type": "token", "id": "root", "name": "root"},
    }
    assert answer.json.keys() == {"secrets", "count"}


def test_list_of_nothing() -> None:
    """No secrets is an empty list."""
    assert House().call("GET", "/secrets").json == {"secrets": [], "count": 0}


def test_exists() -> None:
    """True for what is there, false for what is not; both succeed."""
    house = House()
    house.put("A")

    assert house.call("GET", "/secrets/A/exists").json == {"exists": True, "opens": True}
    assert house.call("GET", "/secrets/a/exists").json == {"exists": False}


def test_delete() -> None:
    """A deleted secret answers with nothing, and is gone."""
    house = House()
    house.put("A", "B")
    answer = house.call("DELETE", "/secrets/A")

    assert (answer.status, answer.body) == (204, b"")
    assert "Content-Type" not in answer.headers
    assert house.names() == ["B"]


@pytest.mark.parametrize("path", ["/secrets/%41%50%49", "/secrets/AP%49", "/secrets/API"])
def test_a_name_may_be_percent_encoded(path: str) -> None:
    """A path segment is decoded once."""
    house = House()
    house.put("API")

    assert house.call("GET", f"{path}/exists").json == {"exists": True, "opens": True}
    assert house.call("DELETE", path).status == 204


@pytest.mark.parametrize("path", ["/secrets/bulk", "/secrets/%62ulk"])
def test_bulk_is_a_secrets_name_too(path: str) -> None:
    """A secret named like an address can be asked for and deleted."""
    house = House()
    house.put("bulk", "exists")

    assert house.call("GET", f"{path}/exists").json == {"exists": True, "opens": True}
    assert house.call("DELETE", path).status == 204
    assert house.call("GET", "/secrets/exists/exists").json == {"exists": True, "opens": True}


def test_bulk() -> None:
    """Bulk says how many were new."""
    house = House()
    house.put("A")
    entries = [{"name": name, "value": "v"} for name in ("A", "B", "C")]
    answer = house.call("POST", "/secrets/bulk", {"secrets": entries})

    assert (answer.status, answer.json) == (201, {"created": 2, "updated": 1})


def test_bulk_of_500() -> None:
    """The largest bulk is written whole."""
    house = House()
    entries = [{"name": f"N{number}", "value": "v"} for number in range(500)]
    answer = house.call("POST", "/secrets/bulk", {"secrets": entries})

    assert (answer.status, answer.json) == (201, {"created": 500, "updated": 0})


def test_a_long_list_comes_whole_and_sorted() -> None:
    """2,500 names come in three pages of at most 1,000, none lost, none twice."""
    house, names = House(), [f"N{number:04}" for number in range(2500)]
    house.put(*reversed(names))
    pages = _pages(house, "/secrets", "secrets")

    assert [len(page) for page in pages] == [1000, 1000, 500]
    assert [secret["name"] for page in pages for secret in page] == names


@pytest.mark.parametrize(("limit", "sizes"), [("1", [1] * 5), ("2", [2, 2, 1]), ("5", [5])])
def test_a_limit_sets_the_size_of_a_page(limit: str, sizes: list[int]) -> None:
    """The last page has no cursor, also when it is full."""
    house = House()
    house.put(*"ABCDE")

    assert [len(page) for page in _pages(house, f"/secrets?limit={limit}", "secrets")] == sizes


def _pages(house: House, path: str, key: str) -> list[list[dict[str, str]]]:
    """Every page, following the cursor."""
    pages = []
    answer = house.call("GET", path).json
    pages.append(answer[key])
    while "cursor" in answer:
        joint = "&" if "?" in path else "?"
        answer = house.call("GET", f"{path}{joint}cursor={answer['cursor']}").json
        assert answer["count"] == len(answer[key])
        pages.append(answer[key])
    return pages


def test_audit() -> None:
    """Events come newest first, with who, what and when, and no value."""
    house = House()
    created = house.call("POST", "/secrets", {"name": "A", "value": "canary"})
    house.clock.now += 1000
    house.call("DELETE", "/secrets/A")
    answer = house.call("GET", "/audit")

    assert answer.json["count"] == 2
    assert [event["action"] for event in answer.json["events"]] == ["secret.delete", "secret.put"]
    event = answer.json["events"][1]
    assert event.pop("keyId").startswith("audit-")
    assert (event.pop("sequence"), len(event.pop("digest"))) == (1, 64)
    assert event | {"id": ""} == {
        "id": "",
        "time": DATE,
        "actor": {"type": "token", "id": "root", "name": "root"},
        "action": "secret.put",
        "names": ["A"],
        "outcome": "accepted",
        "requestId": created.headers["X-Request-Id"],
        "integrity": "intact",
    }
    assert b"canary" not in answer.body


def test_audit_is_paged() -> None:
    """A hundred events a page, unless another limit is asked for."""
    house = House()
    for _ in range(101):
        house.call("POST", "/secrets", {"name": "A", "value": "v"})

    assert [len(page) for page in _pages(house, "/audit", "events")] == [100, 1]
    assert [len(page) for page in _pages(house, "/audit?limit=51", "events")] == [51, 50]


def test_a_project_is_its_own_world() -> None:
    """Another project's secrets are neither seen nor touched, and its events are its own."""
    house, other = House(), {"x-positronic-project": "other"}
    house.put("A")
    listed = house.call("GET", "/secrets", headers=other)
    deleted = house.call("DELETE", "/secrets/A", headers=other)
    house.call("POST", "/secrets", {"name": "A", "value": "v"}, headers=other)

    assert (listed.json["count"], deleted.code) == (0, "not_found")
    assert house.names() == ["A"]
    assert house.call("GET", "/audit").json["count"] == 1
    assert records(house.ledger(Project("other")))


@pytest.mark.parametrize("kind", ["application/json", "Application/JSON; charset=utf-8"])
def test_a_body_is_json_however_it_is_spelled(kind: str) -> None:
    """Case and parameters of the content type do not matter."""
    document = {"name": "A", "value": "v"}

    assert House().call("POST", "/secrets", document, headers={"content-type": kind}).status == 201


@pytest.mark.parametrize("origin", ["http://127.0.0.1:8787", "http://localhost", "http://[::1]:1"])
def test_loopback_needs_no_https(origin: str) -> None:
    """Plain http on this machine is let in."""
    assert House().call("GET", "/secrets", origin=origin).status == 200


def test_a_length_that_is_not_stated() -> None:
    """A body without Content-Length, as a stream sends it, is read."""
    document = {"name": "A", "value": "v"}

    assert (
        House().call("POST", "/secrets", document, headers={"content-length": None}).status == 201
    )


@pytest.mark.parametrize(
    ("method", "path"),
    [
        *[("GET", "/status"), ("GET", "/secrets"), ("POST", "/secrets"), ("GET", "/nothing")],
        *[
            ("PATCH", "/secrets"),
            ("GET", "/audit"),
            ("DELETE", "/secrets/A"),
            ("GET", "/secrets?x"),
        ],
    ],
)
def test_every_answer_carries_the_headers(method: str, path: str) -> None:
    """Good or bad: not stored, not sniffed, and with a request id of its own."""
    house = House()
    house.put("A")
    one, two = (house.call(method, path) for _ in range(2))

    for answer in (one, two):
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.status == 204 or answer.headers["Content-Type"] == "application/json"
    assert one.headers["X-Request-Id"] != two.headers["X-Request-Id"]


def test_no_answer_holds_a_value() -> None:
    """No address answers with what was stored."""
    house = House()
    house.call("POST", "/secrets", {"name": "A", "value": "canary"})
    paths = ["/secrets", "/secrets/A", "/secrets/A/exists", "/audit", "/status", "/secrets/A/value"]

    assert all(b"canary" not in house.call("GET", path).body for path in paths)


def test_settings_and_service_show_nothing() -> None:
    """A service in a traceback or a log holds no key and no hash."""
    shown = repr(House().service) + repr(SETTINGS)

    assert SETTINGS.master_keys not in shown
    assert SETTINGS.root_token_sha256 not in shown
