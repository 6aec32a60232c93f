"""Waits until the deployed Worker answers, then until it accepts the token."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from positronic.access.tokens import parse
from px.api.client import Client
from px.api.keys import Keys
from px.errors import NotAllowed, NotReached, PxError, ServerFailed
from px.http.result import Answer, Lost
from px.http.transport import Transport
from px.project.environment import chosen
from px.settings import Target

FIRST_PAUSE: Final = 0.25  # seconds; doubles up to LONGEST_PAUSE
LONGEST_PAUSE: Final = 5.0
ONE_ANSWER: Final = 10.0  # seconds for a single answer


@dataclass(frozen=True, slots=True)
class Patience:
    """`seconds` in total: new DNS names and secrets take a while to reach every location."""

    seconds: float
    pause: Callable[[float], None] = time.sleep

    def until(self, attempt: Callable[[], PxError | None]) -> None:
        """Returns when an attempt returns None; raises the last error when the time is up."""
        deadline, pause = time.monotonic() + self.seconds, FIRST_PAUSE
        while (problem := attempt()) is not None:
            if time.monotonic() + pause > deadline:
                raise problem
            self.pause(pause)
            pause = min(2 * pause, LONGEST_PAUSE)


def wait_for_status(target: Target, patience: Patience) -> None:
    """Returns when GET /status says ready. Sends no token."""
    transport = Transport(target.address, {"User-Agent": "px", "Accept": "application/json"})
    try:
        patience.until(lambda: _status_problem(target, transport))
    finally:
        transport.close()


def wait_for_token(target: Target, key_id: str | None, patience: Patience) -> None:
    """Returns when the Worker accepts the token and has the new key, if one was made."""

    def attempt() -> PxError | None:
        with Client(target) as client:
            try:
                client.check()
                found = key_id and Keys(client).uses().newest
            except NotAllowed as problem:
                return _token_refused(target, problem)
            except (NotReached, ServerFailed) as problem:
                return problem
        return None if found == key_id else _another(target)

    patience.until(attempt)


def _status_problem(target: Target, transport: Transport) -> PxError | None:
    origin = target.address.origin
    try:
        answer = transport.send("GET", "/status", None, ONE_ANSWER)
    except Lost as lost:
        return NotReached(
            f"{origin} cannot be reached: {lost.reason}",
            code="not_reached",
            hint="a new address may need a few minutes; then run `px deploy` again",
        )
    return None if _says_ready(answer) else _not_ready(origin, answer)


def _says_ready(answer: Answer) -> bool:
    try:
        return answer.status == 200 and json.loads(answer.body)["ready"] is True
    except (ValueError, KeyError, TypeError):
        return False


def _not_ready(origin: str, answer: Answer) -> PxError:
    return ServerFailed(
        f"the Worker at {origin} is not ready (status {answer.status})",
        code="not_ready",
        hint="check that PX_URL is its address; `wrangler tail` shows what it logs",
    )


def _token_refused(target: Target, problem: PxError) -> PxError:
    where = f"the Worker at {target.address.origin} refuses"
    if parse(target.token) is None:
        return NotAllowed(
            f"{where} the root token from {target.source}",
            code="unauthenticated",
            hint="if PX_URL is its address, `px deploy --new-root-token` makes a new token",
        )
    return NotAllowed(
        f"{where} the token from {target.source}: {problem.message}",
        code=problem.code,
        hint="make one for a deploy of code: `px token create NAME --role deployer`",
    )


def _another(target: Target) -> PxError:
    return ServerFailed(
        f"the Worker at {target.address.origin} is not the one just deployed",
        code="another_worker",
        hint=f"remove PX_URL and PX_TOKEN from {chosen().deploy_file}, or fix PX_URL",
    )
