"""Whatever is thrown at the API comes back as a coded error, and gives nothing away."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from functools import cache
from typing import Final

from hypothesis import HealthCheck, example, given, note, settings

from support.abuse import CANARY, Sent, requests
from support.memory_service import MASTER_KEYS, TOKEN, Answer, House

SEEN: Counter[tuple[int, str, str]] = Counter()

# Of DESIGN.md section 4. Behind a sound store nothing may answer 5xx.
CODES: Final[Mapping[int, frozenset[str]]] = {
    400: frozenset(
        {"invalid_json", "invalid_request", "invalid_name", "invalid_value", "duplicate_name"}
    ),
    401: frozenset({"unauthenticated"}),
    403: frozenset({"forbidden", "reserved_name", "https_required"}),
    404: frozenset({"not_found"}),
    405: frozenset({"method_not_allowed"}),
    409: frozenset({"conflict"}),
    412: frozenset({"version_mismatch"}),
    413: frozenset({"too_large"}),
    415: frozenset({"unsupported_media_type"}),
}
HEADERS: Final = {"Cache-Control", "X-Content-Type-Options", "X-Request-Id"}

HOUSE: Final = House()
TOKENS: Final = {role: HOUSE.issue(role) for role in ("reader", "writer", "admin")}
SECRETS: Final = [
    *(CANARY, CANARY.upper(), TOKEN, MASTER_KEYS.partition(":")[2][:20]),
    *(text.rpartition("_")[2][:24] for text in TOKENS.values()),
]


def _as_root(method: str, path: str, document: object = None) -> Sent:
    headers = {"authorization": f"Bearer {TOKEN}", "content-type": "application/json"}
    return Sent(method, path, body=json.dumps(document).encode(), headers=headers)


def _check(answer: Answer) -> None:
    """The contract of every answer, whatever was asked."""
    assert answer.headers.keys() >= HEADERS
    assert all(text.isascii() and text.isprintable() for text in answer.headers.values())
    if answer.status >= 400:
        assert answer.code in CODES.get(answer.status, ()), answer.body
        assert answer.json.keys() <= {"error", "code", "details", "currentVersion"}
    shown = answer.body.decode() + str(answer.headers)
    assert [number for number, text in enumerate(SECRETS) if text in shown] == []
    assert "Evil" not in shown


@settings(
    max_examples=3500,
    deadline=None,
    database=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(requests(TOKEN, list(TOKENS.values())))
# What chance finds too seldom to be relied on.
@example(_as_root("DELETE", "/secrets/POSITRONIC_X"))
@example(_as_root("POST", "/secrets/bulk", {"secrets": [{"name": "A", "value": CANARY}] * 2}))
@example(_as_root("POST", "/secrets/bulk", {"secrets": [{"name": "A", "value": CANARY}] * 501}))
def _send(sent: Sent) -> None:
    """As root, and as each of the others who may ask the same."""
    sent_as = [sent.headers["authorization"]]
    if sent_as == [f"Bearer {TOKEN}"]:
        sent_as += [f"Bearer {text}" for text in TOKENS.values()]
    for authorization in sent_as:
        answer = HOUSE.call(
            *(sent.method, sent.path + (f"?{sent.query}" if sent.query else "")),
            body=sent.body,
            headers={**sent.headers, "authorization": authorization},
            origin=sent.origin,
        )
        note(f"{answer.status} {answer.body[:300]!r} {HOUSE.reported}")
        HOUSE.clock.now += 1
        error = answer.json if answer.status >= 400 else {}
        SEEN[answer.status, error.get("code", ""), error.get("error", "")] += 1
        _check(answer)
        assert HOUSE.reported == []


@cache
def _fuzz() -> None:
    """All of it, once."""
    _send()


def test_whatever_is_sent() -> None:
    """No request ends in anything but success or a documented refusal, and no answer or line of
    the operator's log holds a value, a token or a key."""
    _fuzz()


def test_the_run_met_every_refusal() -> None:
    """The same run reached success and every code that a request can cause by itself."""
    _fuzz()
    print(f"\n{sum(SEEN.values()):,} requests, {len(SEEN)} distinct answers")  # noqa: T201

    assert {status for status, _, _ in SEEN} == {200, 201, 204, *CODES}
    assert {code for _, code, _ in SEEN} - {""} == {
        code for some in CODES.values() for code in some
    }


def test_the_values_did_arrive() -> None:
    """The canary did reach the store, sealed: what no answer held was there to be held."""
    HOUSE.call("POST", "/secrets", {"name": "LAST", "value": CANARY})

    assert "LAST" in HOUSE.names()
