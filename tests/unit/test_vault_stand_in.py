"""The stand-in for Vault keeps the facts that its two files name."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from support.providers.vault import TOKEN, Vault, vault


@pytest.fixture
def server() -> Iterator[Vault]:
    with vault() as running:
        yield running


def ask(server: Vault, method: str, path: str, body: object = None) -> tuple[int, Any]:
    with httpx.Client(trust_env=False, headers={"X-Vault-Token": server.token}) as client:
        answer = client.request(method, f"{server.url}/v1/{path}", json=body)
    return answer.status_code, answer.json() if answer.content else None


def write(server: Vault, path: str, value: str, **options: int) -> tuple[int, Any]:
    return ask(server, "POST", f"kv/data/{path}", {"data": {"value": value}, "options": options})


def test_check_and_set(server: Vault) -> None:
    """F1: a write with the wrong version changes nothing; the number goes on after a deletion."""
    write(server, "a", "one", cas=0)
    refused = write(server, "a", "two", cas=0)
    ask(server, "DELETE", "kv/data/a")

    assert refused[0] == 400
    assert "did not match the current version" in refused[1]["errors"][0]
    assert write(server, "a", "two", cas=1)[1]["data"]["version"] == 2


def test_what_a_deletion_leaves(server: Vault) -> None:
    """F2, F3: a deleted version is a 404 with metadata, and comes back; a destroyed one not."""
    write(server, "a", "one")
    ask(server, "DELETE", "kv/data/a")
    status, body = ask(server, "GET", "kv/data/a")
    ask(server, "POST", "kv/undelete/a", {"versions": [1]})
    back = ask(server, "GET", "kv/data/a")
    ask(server, "PUT", "kv/destroy/a", {"versions": [1]})

    assert (status, body["data"]["data"]) == (404, None)
    assert body["data"]["metadata"]["deletion_time"]
    assert back[1]["data"]["data"] == {"value": "one"}
    assert ask(server, "GET", "kv/data/a")[1]["data"]["metadata"]["destroyed"] is True
    assert ask(server, "GET", "kv/data/never") == (404, {"errors": []})


def test_metadata(server: Vault) -> None:
    """F4, F6, F7: settings stay beside the versions, the oldest go, a deletion takes everything."""
    ask(server, "POST", "kv/metadata/a", {"custom_metadata": {"by": "px"}, "max_versions": 2})
    for value in ("one", "two", "three"):
        write(server, "a", value)
    data = ask(server, "GET", "kv/metadata/a")[1]["data"]
    ask(server, "DELETE", "kv/metadata/a")

    assert (data["current_version"], data["oldest_version"]) == (3, 2)
    assert (data["custom_metadata"], list(data["versions"])) == ({"by": "px"}, ["2", "3"])
    assert ask(server, "GET", "kv/metadata/a")[0] == 404
    assert write(server, "a", "anew")[1]["data"]["version"] == 1


def test_lists(server: Vault) -> None:
    """F5, F10: names right below, folders with a slash, both spellings; 404 for nothing."""
    for path in ("shop/a", "shop/b/c", "shop/b", "other"):
        write(server, path, "x")

    assert ask(server, "LIST", "kv/metadata/shop")[1]["data"]["keys"] == ["a", "b", "b/"]
    assert ask(server, "GET", "kv/metadata/?list=true")[1]["data"]["keys"] == ["other", "shop/"]
    assert ask(server, "LIST", "kv/metadata/none") == (404, {"errors": []})


def test_who_may(server: Vault) -> None:
    """F8, F11: another token is refused, and what a test denies; failures come in their turn."""
    server.denied.add(("GET", "kv/data/"))
    server.failures.append(503)
    server.token = "another"
    first, second = ask(server, "LIST", "kv/metadata/"), ask(server, "GET", "kv/data/a")
    server.token = TOKEN

    assert (first[0], second) == (503, (403, {"errors": ["permission denied"]}))
    assert ask(server, "GET", "kv/data/a")[0] == 403
