"""Tokens against the real Worker: honoured at once, told apart by nobody, kept nowhere."""

from __future__ import annotations

import json
import os
import time
from dataclasses import replace
from typing import Any

import httpx
import pytest

from positronic.access import tokens
from positronic.access.authentication import PURPOSE, sign
from positronic.access.tokens import Token
from positronic.ledger.token_rows import TOKENS
from positronic.names import Project, parse_token_name
from positronic.ports import Signature, TokenRecord
from positronic.roles import TOKEN_ROLES
from positronic.sealing.keyring import Keyring
from positronic.sealing.signing import Signer
from support.waiting import wait_until
from worker.canaries import leaks
from worker.kv_files import files_below
from worker.main_worker import ProjectApi

SECONDS = 20.0  # until something that happens in the background must have happened
BRUTE = 200


def issue(api: ProjectApi, role: str = "reader", **more: object) -> Token:
    answer = api.call("POST", "/tokens", json={"name": "ci", "role": role, **more})
    assert answer.status_code == 201, answer.text
    token = tokens.parse(answer.json()["token"])
    assert token
    return token


def use(api: ProjectApi, token: Token, path: str = "/secrets") -> httpx.Response:
    return api.worker.client.get(path, headers={"Authorization": f"Bearer {token.text}"})


def shown(answer: httpx.Response) -> str:
    """All of an answer but its request id."""
    headers = [pair for pair in answer.headers.multi_items() if pair[0] != "x-request-id"]
    return json.dumps([answer.status_code, sorted(headers), answer.text])


def wrong_secret(token: Token) -> Token:
    return replace(token, secret=os.urandom(32).hex())


def unknown_id(token: Token) -> Token:
    return replace(wrong_secret(token), id=os.urandom(8).hex())


def refused(api: ProjectApi) -> list[dict[str, Any]]:
    events = [event for page in api.pages("/audit", "events", 1000) for event in page]
    return [event for event in events if event["outcome"] == "refused"]


def test_existing_ids_cannot_be_told_from_missing_ones(api: ProjectApi) -> None:
    """200 existing ids with wrong secrets and 200 missing ones get one answer, byte for byte,
    and each existing one is noted once."""
    existing = [issue(api) for _ in range(BRUTE)]
    answers: dict[str, set[str]] = {"existing": set(), "missing": set()}
    for token in existing:
        answers["existing"].add(shown(use(api, wrong_secret(token))))
        answers["missing"].add(shown(use(api, unknown_id(token))))
    wait_until(lambda: len(refused(api)) >= BRUTE, "the refusals", SECONDS)

    assert answers["existing"] == answers["missing"]
    assert len(answers["existing"]) == 1
    assert "401" in answers["existing"].pop()
    assert sorted(event["actor"]["id"] for event in refused(api)) == sorted(
        token.id for token in existing
    )


def test_revocation_is_honoured_at_once(api: ProjectApi) -> None:
    """A token opens until it is revoked, and not one call longer, twenty times over."""
    told = []
    for _ in range(20):
        token = issue(api)
        before = use(api, token).status_code
        revoked = api.call("DELETE", f"/tokens/{token.id}").status_code
        told.append((before, revoked, use(api, token).status_code))

    assert set(told) == {(200, 204, 401)}


def test_revocation_is_honoured_for_changes_at_once(api: ProjectApi) -> None:
    """A revoked writer changes nothing."""
    token = issue(api, "writer")
    headers = {"Authorization": f"Bearer {token.text}"}
    entry = {"name": "A", "value": "v"}
    before = api.call("POST", "/secrets", json=entry, headers=headers).status_code
    api.call("DELETE", f"/tokens/{token.id}")
    after = api.call("POST", "/secrets", json=entry, headers=headers).status_code

    assert (before, after) == (201, 401)


def test_expiry_is_honoured_at_once(api: ProjectApi) -> None:
    """A token opens before its expiry and never after it, by the Worker's own clock."""
    issue(api)  # so that there is a ledger with tokens
    token = tokens.mint(Project(api.project), os.urandom)
    now = time.time_ns() // 1_000_000
    record = TokenRecord(
        *(token.id, parse_token_name("short"), TOKEN_ROLES["reader"], token.hash),
        *(now, now + 1500, Signature("", "")),
    )
    _plant(api, record)
    told: list[tuple[bool, int]] = []
    wait_until(lambda: _tried(api, token, record, told) == 401, "the refusal", SECONDS)
    late = use(api, token)

    assert told[0] == (False, 200)
    assert {status for is_over, status in told if not is_over} == {200}
    assert (late.status_code, late.json()["error"]) == (401, "the token has expired")


def _tried(api: ProjectApi, token: Token, record: TokenRecord, told: list[tuple[bool, int]]) -> int:
    """Use it once more; note whether it was over when the answer came, and the answer."""
    status = use(api, token).status_code
    told.append((time.time_ns() // 1_000_000 >= (record.expires_at or 0), status))
    return status


def _plant(api: ProjectApi, record: TokenRecord) -> None:
    """Put a token there as the Worker would have, had it issued it."""
    signer = Signer(Keyring(api.worker.secrets.keys), PURPOSE)
    row = TOKENS.put(sign(signer, Project(api.project), record))
    api.worker.ledgers.write(api.project, "token", row.id, row.text, *row.keys)


@pytest.mark.parametrize("change", [{"role": "admin"}, {"expiresAt": None}, {"hash": "0" * 64}])
def test_a_record_changed_in_the_files_opens_nothing(
    api: ProjectApi, change: dict[str, object]
) -> None:
    """Not even somebody who can write to the ledger's storage raises a token's role, or lengthens
    its life."""
    token = issue(api, expiresIn=3600)
    fields = json.loads(api.worker.ledgers.rows(api.project, "token")[token.id])
    text = json.dumps(fields | change)
    keys = fields["keyId"], fields["issuer"]
    api.worker.ledgers.write(api.project, "token", token.id, text, *keys)

    assert use(api, token).status_code == 401


def test_a_token_opens_no_other_project(api: ProjectApi, other_api: ProjectApi) -> None:
    """With another project in the header or in its own text, it opens nothing."""
    token = issue(api, "admin")
    issue(other_api)
    named = other_api.call("GET", "/secrets", headers={"Authorization": f"Bearer {token.text}"})
    renamed = use(other_api, replace(token, project=Project(other_api.project)))

    assert (named.status_code, named.json()["code"]) == (403, "forbidden")
    assert (renamed.status_code, renamed.json()["code"]) == (401, "unauthenticated")


def test_a_refused_known_token_is_noted_once(api: ProjectApi) -> None:
    """Many guesses at one id are one event, with its id, its name and the first one's request."""
    token = issue(api)
    answers = [use(api, wrong_secret(token)) for _ in range(5)]
    wait_until(lambda: bool(refused(api)), "the refusal", SECONDS)
    answers += [use(api, wrong_secret(token)) for _ in range(5)]
    use(api, token)
    (event,) = refused(api)

    assert event["actor"] == {"type": "token", "id": token.id, "name": "ci"}
    assert (event["action"], event["code"]) == ("token.use", "unauthenticated")
    assert event["requestId"] == answers[0].headers["X-Request-Id"]
    assert event["integrity"] == "intact"


def test_a_token_s_secret_is_nowhere(api: ProjectApi) -> None:
    """After every use, right and wrong, no secret half stands in KV, the log, the audit or an
    answer; its hash does stand in KV, which shows that the search looks where it should."""
    issued = {role: issue(api, role) for role in ("reader", "writer", "admin")}
    answers = {}
    for role, token in issued.items():
        headers = {"Authorization": f"Bearer {token.text}"}
        answers[f"{role} reads"] = use(api, token)
        answers[f"{role} writes"] = api.call(
            "POST", "/secrets", json={"name": "A", "value": "v"}, headers=headers
        )
        answers[f"{role} lists tokens"] = use(api, token, "/tokens")
        answers[f"{role} rotates"] = api.call("POST", "/keys/rotate", headers=headers)
        answers[f"{role} in the address"] = use(api, token, f"/secrets?token={role}")
        mistyped = {"Authorization": f"Bearer {token.text[:-1]}"}
        answers[f"{role} mistyped"] = api.call("GET", "/secrets", headers=mistyped)
    answers["audit"] = api.call("GET", "/audit?limit=1000")
    answers["revoked"] = api.call("DELETE", f"/tokens/{issued['reader'].id}")
    answers["after"] = use(api, issued["reader"])
    worker = api.worker
    files = files_below(worker.state)
    places = {
        **files,
        "the log": worker.log.read_bytes(),
        **{what: answer.content + str(answer.headers).encode() for what, answer in answers.items()},
    }

    secrets = {role: token.secret for role, token in issued.items()}
    halves = {f"half of {role}": text[:32] for role, text in secrets.items()}
    assert leaks(places, secrets | halves) == []
    assert leaks(files, {"hash": issued["admin"].hash}) != []


def test_a_token_in_the_address_is_refused(api: ProjectApi) -> None:
    """It is refused, whoever asks, with what to do now, and not repeated."""
    token = issue(api, "admin")
    answer = api.worker.client.get("/secrets", params={"token": token.text})

    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_request")
    assert "must not be in the address" in answer.json()["error"]
    assert token.secret not in answer.text


def test_the_address_in_an_event_is_cloudflare_s(api: ProjectApi) -> None:
    """An event bears cf-connecting-ip, also of a change that the writer object made; other
    headers with addresses count for nothing."""
    headers = {"CF-Connecting-IP": "203.0.113.7", "X-Forwarded-For": "198.51.100.1"}
    api.call("POST", "/secrets", json={"name": "A", "value": "v"}, headers=headers)
    (event,) = api.call("GET", "/audit").json()["events"]

    assert event["address"] == "203.0.113.7"
