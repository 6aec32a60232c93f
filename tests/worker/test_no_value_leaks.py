"""After happy and unhappy requests no value stands in KV's files, the log or any answer."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass, field
from urllib.parse import quote

import httpx
import pytest

from worker.canaries import fresh_canary, leaks, spellings
from worker.kv_files import Entry, files_below
from worker.main_worker import MainWorker, ProjectApi

JSON = {"Content-Type": "application/json"}


@dataclass(slots=True)
class Run:
    """Requests that each carry a canary of their own, and the answers."""

    api: ProjectApi
    canaries: dict[str, str] = field(default_factory=dict)
    answers: dict[str, httpx.Response] = field(default_factory=dict)

    def canary(self, what: str) -> str:
        """A value for this request, with what quoting would change around it."""
        return f'"é\n{self.canaries.setdefault(what, fresh_canary())}\\%'

    def bare(self, what: str) -> str:
        return self.canaries.setdefault(what, fresh_canary())

    def send(self, what: str, path: str, document: object) -> httpx.Response:
        return self.send_raw(what, path, json.dumps(document).encode())

    def send_raw(
        self, what: str, path: str, body: bytes, headers: dict[str, str] | None = None
    ) -> httpx.Response:
        answer = self.api.call("POST", path, content=body, headers=JSON | (headers or {}))
        self.answers[what] = answer
        return answer

    def get(self, what: str, path: str, headers: dict[str, str] | None = None) -> None:
        self.answers[what] = self.api.call("GET", path, headers=headers)

    def places(self) -> dict[str, bytes]:
        """Everything that a value could have got into."""
        worker = self.api.worker
        answers = {
            f"the answer to {what}": answer.content + str(answer.headers.raw).encode()
            for what, answer in self.answers.items()
        }
        return {**files_below(worker.state), **answers, "the log": worker.log.read_bytes()}


def _happy(run: Run) -> None:
    run.send("create", "/secrets", {"name": "A", "value": run.canary("create")})
    run.send("update", "/secrets", {"name": "A", "value": run.canary("update")})
    entries = [{"name": f"N{n}", "value": run.canary("bulk") + str(n)} for n in range(20)]
    run.send("bulk", "/secrets/bulk", {"secrets": entries})
    run.send("bulk again", "/secrets/bulk", {"secrets": entries})
    run.get("exists", "/secrets/A/exists")
    run.get("list", "/secrets")
    run.answers["delete"] = run.api.call("DELETE", "/secrets/A")
    run.send("again", "/secrets", {"name": "A", "value": run.canary("again") + "x" * 60_000})


def _bad_entries(run: Run) -> None:
    bad: dict[str, object] = {
        "value as name": {"name": run.canary("value as name"), "value": "v"},
        "bad name": {"name": "1A", "value": run.canary("bad name")},
        "reserved": {
            "name": "POSITRONIC_" + run.bare("reserved"),
            "value": run.canary("reserved"),
        },
        "NUL": {"name": "B", "value": run.canary("NUL") + "\0"},
        "surrogate": {"name": "B", "value": run.canary("surrogate") + "\ud800"},
        "too long": {"name": "B", "value": run.canary("too long") + "x" * 65_536},
        "a list": {"name": "B", "value": [run.canary("a list")]},
        "another field": {"name": "B", "value": "v", run.canary("another field"): 1},
        "no value": {"name": run.canary("no value")},
        "text": run.canary("text"),
        "nested": {"name": {"value": run.canary("nested")}, "value": {}},
    }
    for what, entry in bad.items():
        run.send(what, "/secrets", entry)
        run.send(f"bulk with {what}", "/secrets/bulk", {"secrets": [entry, entry]})
    twice = [{"name": "B", "value": run.canary("twice") + str(n)} for n in range(2)]
    run.send("twice", "/secrets/bulk", {"secrets": twice})
    many = [{"name": f"B{n}", "value": run.canary("too many")} for n in range(501)]
    run.send("too many", "/secrets/bulk", {"secrets": many})


def _bad_bodies(run: Run) -> None:
    bad = {
        "not JSON": run.canary("not JSON"),
        "cut JSON": '{"name": "B", "value": "' + run.bare("cut JSON"),
        "deep JSON": '["' + run.bare("deep JSON") + '",' + "[" * 20_000,
        "two keys": '{"value": "' + run.bare("two keys") + '", "value": ""}',
        "oversize": '{"name": "B", "value": "' + run.bare("oversize") * 400_000 + '"}',
    }
    for what, text in bad.items():
        run.send_raw(what, "/secrets", text.encode())
        run.send_raw(f"bulk with {what}", "/secrets/bulk", text.encode())
    body = json.dumps({"name": "B", "value": run.canary("as text")}).encode()
    run.send_raw("as text", "/secrets", body, {"Content-Type": "text/plain"})
    run.send_raw("not UTF-8", "/secrets", b"\xff" + run.canary("not UTF-8").encode())
    for path in ("/status", "/audit", "/secrets/A", "/nowhere"):
        run.send(f"to {path}", path, {"value": run.canary(f"to {path}")})


def _bad_headers(run: Run) -> None:
    token = {"Authorization": f"Bearer {run.bare('token')}"}
    run.get("token", "/secrets", token)
    run.send_raw("token on write", "/secrets", b"{}", token)
    run.get("basic", "/secrets", {"Authorization": f"Basic {run.bare('basic')}"})
    run.get("project", "/secrets", {"X-Positronic-Project": f"A {run.bare('project')}"})
    run.get("media type", "/secrets", {"Content-Type": run.bare("media type")})
    for what in ("limit", "cursor", "unknown"):
        run.get(what, f"/secrets?{what}={quote(run.canary(what))}")
    run.get("as parameter", f"/secrets?{run.bare('as parameter')}=1")


def _broken_records(run: Run) -> None:
    run.send("broken", "/secrets", {"name": "C", "value": run.canary("broken")})
    run.send("newer", "/secrets", {"name": "C", "value": run.canary("newer")})
    entry = run.api.stored("C")
    run.api.plant("C", Entry(entry.value[:-1], entry.metadata))
    run.get("cut record", "/secrets/C/exists")
    run.api.plant("C", Entry(entry.value, entry.metadata | {"version": 9}))
    run.get("other version", "/secrets/C/exists")
    run.api.plant("C", Entry(entry.value, None))
    for what in ("no metadata", "no metadata, listed"):
        run.get(what, "/secrets/C/exists" if what == "no metadata" else "/secrets")
    run.answers["delete broken"] = run.api.call("DELETE", "/secrets/C")
    run.get("audit", "/audit?limit=1000")


@pytest.fixture(scope="module")
def run(main_worker: MainWorker) -> Run:
    """All of it, once."""
    run = Run(ProjectApi(main_worker, "canaries"))
    for part in (_happy, _bad_entries, _bad_bodies, _bad_headers, _broken_records):
        part(run)
    return run


def test_no_value_anywhere(run: Run) -> None:
    """No canary stands anywhere, in clear, hexadecimal or base64."""
    assert leaks(run.places(), run.canaries) == []


def test_no_key_or_token_anywhere(run: Run) -> None:
    """Neither the master key nor the root token stands in KV, the log or an answer."""
    secrets = run.api.worker.secrets
    key = secrets.keys.partition(":")[2]
    raw = base64.b64decode(key)
    places = run.places()

    assert leaks(places, {"the master key": key, "the root token": secrets.token}) == []
    assert [place for place, data in places.items() if raw in data] == []


def test_the_run_was_what_it_says(run: Run) -> None:
    """The requests met success and every refusal they aim at, and no `internal`."""
    codes = {
        what: answer.json().get("code") for what, answer in run.answers.items() if answer.content
    }
    statuses = {answer.status_code for answer in run.answers.values()}

    assert "internal" not in codes.values(), codes
    assert statuses == {200, 201, 204, 400, 401, 403, 404, 405, 413, 415, 500}
    assert len(run.canaries) > 30


def test_the_values_did_arrive(run: Run) -> None:
    """The canaries did reach the store: the last one opens with the master key."""
    assert run.canaries["again"].encode() in run.api.open_on_cpython("A")


@pytest.mark.parametrize("number", range(len(list(spellings("x" * 24)))))
def test_a_leak_would_be_found(run: Run, number: int) -> None:
    """The same search finds a canary in KV, in any spelling."""
    canary = fresh_canary()
    leaked = b'{"text": "..' + list(spellings(canary))[number] + b'.."}'
    run.api.worker.kv.write("leak/of/a/canary", leaked)

    assert leaks(run.places(), {"planted": canary}) != []


def test_a_leak_in_base64_would_be_found() -> None:
    """A value in base64 is found at each of the three offsets that it can have."""
    canary = fresh_canary()
    places = {str(n): base64.b64encode(b"x" * n + canary.encode() + b"y") for n in range(3)}

    assert len(set(leaks(places, {"planted": canary}))) == 3


def test_a_leak_in_an_answer_or_the_log_would_be_found(run: Run) -> None:
    """The search covers answers, their headers and the log: what does stand there is found."""
    request_id = run.answers["create"].headers["X-Request-Id"]
    found = leaks(run.places(), {"id": request_id, "path": "/secrets/bulk", "name": '"name":"A"'})

    assert "the answer to create: id" in found
    assert "the answer to create: name" in found
    assert "the log: path" in found
