"""Revoking a token of the real Worker while its bulks are on the way."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from positronic.access.tokens import Token
from positronic.names import MAX_VALUE
from support.waiting import wait_until
from worker.half_sent import half_sent_bulk
from worker.main_worker import ProjectApi
from worker.test_tokens import issue, use

BULKS = 25
SENDERS = 3  # one more than the bodies that are taken at once
REFUSED = (0, 408, 429)  # its body was not taken: too many of them, or too slow a machine
VALUES = 120  # of MAX_VALUE bytes: 7.9 MB
PATIENCE = 120.0


@pytest.mark.parametrize("chunked", [False, True])
def test_a_bulk_that_is_half_sent_changes_nothing(api: ProjectApi, chunked: bool) -> None:
    """Its token is revoked meanwhile: 401, and neither a secret nor an event but the revocation."""
    token = issue(api, "writer")
    with half_sent_bulk(api, token, ["A", "B"], chunked=chunked) as half:
        revoked = api.call("DELETE", f"/tokens/{token.id}").status_code
        status, body = half.finish()
    events = api.call("GET", "/audit").json()["events"]

    assert (revoked, status, json.loads(body)["code"]) == (204, 401, "unauthenticated")
    assert api.call("GET", "/secrets").json()["count"] == 0
    assert api.kept() == set()
    assert [event["action"] for event in events] == ["token.revoke", "token.create"]


@dataclass(slots=True)
class Bulks:
    """BULKS bulks of some 8 MB, sent by SENDERS at once, and again until they are taken."""

    api: ProjectApi
    token: Token
    left: list[int] = field(default_factory=lambda: list(range(BULKS)))
    statuses: list[int] = field(default_factory=list)  # of each attempt; 0: it was not read whole
    over: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        url = self.api.worker.client.base_url
        headers = {"Authorization": f"Bearer {self.token.text}"}
        with httpx.Client(base_url=url, timeout=PATIENCE, trust_env=False) as client:
            while self.left and not self.over.is_set():
                number = self.left.pop()
                status = self._attempt(client, number, headers)
                if status != httpx.codes.CREATED:
                    self.left.append(number)
                self.statuses.append(status)

    def _attempt(self, client: httpx.Client, number: int, headers: dict[str, str]) -> int:
        try:
            sent = client.post("/secrets/bulk", json=_entries(number), headers=headers)
        except httpx.TransportError:
            return 0
        return sent.status_code

    @property
    def made(self) -> int:
        return self.statuses.count(httpx.codes.CREATED)

    @contextmanager
    def running(self) -> Iterator[None]:
        threads = [threading.Thread(target=self.run) for _ in range(SENDERS)]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            self.over.set()
            for thread in threads:
                thread.join()


def _entries(number: int) -> dict[str, Any]:
    value = str(number) * (MAX_VALUE // len(str(number)))
    return {"secrets": [{"name": f"N{index}", "value": value} for index in range(VALUES)]}


def test_revoking_waits_for_two_bulks_at_most(api: ProjectApi) -> None:
    """Behind 25 bulks of 8 MB, at most two more are committed before a revocation is; each that is
    sent after it is refused."""
    token = issue(api, "writer")
    bulks = Bulks(api, token)
    with bulks.running():
        wait_until(lambda: bulks.made >= 2, "two bulks are made", PATIENCE)
        before = bulks.made
        revoked = api.call("DELETE", f"/tokens/{token.id}").status_code
        after = len(bulks.statuses)
        wait_until(lambda: len(bulks.statuses) > after + SENDERS, "others are refused", PATIENCE)
    late = bulks.statuses[after + SENDERS :]  # the first ones may have been under way
    actions = [one["action"] for one in api.call("GET", "/audit").json()["events"]]
    made = actions.count("secret.bulk")

    assert revoked == 204
    assert set(late) <= {401, *REFUSED}
    assert actions[0] == "token.revoke", "a bulk was made with a revoked token"
    assert made <= before + 2, f"{made - before} bulks came before the revocation"
    assert use(api, token).status_code == 401
