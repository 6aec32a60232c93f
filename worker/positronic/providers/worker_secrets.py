"""Another Worker's own secrets as a target, by Cloudflare's API, which never gives a value back.

There are names and nothing else: no marks, no receipt. A change is a new deployment of that Worker.
Source: "Script secrets" in the API's reference, and wrangler's source for the codes of errors.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Final

from positronic.errors import NameFailed, PositronicError, TargetRefused
from positronic.names import Name, Value
from positronic.outgoing import Answer
from positronic.ports import AtTarget
from positronic.providers.exchange import Exchange, Reply
from positronic.providers.refusals import must_fit, unfit_value

PROVIDER: Final = "Cloudflare"
ADDRESS: Final = "https://api.cloudflare.com"
MAX_BYTES: Final = 5120  # https://developers.cloudflare.com/workers/platform/limits

# What configures a Positronic Worker: or else a writer of secrets could replace its keys, or say
# where it sends values and reminders.
RESERVED: Final = re.compile(
    "MASTER_KEYS(_NEXT)?|ROOT_TOKEN_SHA256|PROJECT|LOCAL_ORIGIN|FALLBACK|AUDIT_RETENTION_DAYS|"
    "RUN_RETENTION_DAYS|RUN_TIME_LIMIT|RUNS_PER_(TOKEN|PROJECT)|WATCHES_PER_TOKEN|"
    "LEDGER_(LOCATION|JURISDICTION)|REMINDER_(URL|SECRET|DAYS)|TARGETS|TARGET_.*"
)

NO_SECRET: Final = 10056
_THROTTLED: Final = frozenset({971, 10429})
_BUSY: Final = 10035
_NOT_ALLOWED: Final = (
    "Cloudflare does not accept the token: replace it with one that may edit Workers"
)
_REFUSALS: Final[Mapping[int, str]] = {
    **dict.fromkeys(
        (1000, 1001, 6003, 6103, 6111, 9103, 9106, 9109, 10000, 10001, 10405), _NOT_ALLOWED
    ),
    10023: _NOT_ALLOWED,
    **dict.fromkeys((7000, 7003), "Cloudflare does not know the target's account"),
    10007: "the account has no Worker {script}: deploy it, or fix the target's script",
    10054: "the value of {name} is longer than Cloudflare allows",
    10055: "the Worker {script} has as many secrets as Cloudflare allows: delete some",
    **dict.fromkeys(
        (10214, 10215),
        "the newest version of the Worker {script} is not deployed, so its secrets cannot be "
        "changed: deploy it",
    ),
}


@dataclass(frozen=True, slots=True)
class WorkerSecrets:
    exchange: Exchange
    account: str
    script: str
    token: str = field(repr=False)
    address: str = ADDRESS

    def refusal(self, name: Name, value: Value | None = None) -> str | None:
        if RESERVED.fullmatch(name):
            return (
                f"{name} configures a Positronic Worker, so no secret of that name is put into one"
            )
        return unfit_value(PROVIDER, name, value, MAX_BYTES)

    async def put(self, name: Name, value: Value, version: int) -> str | None:
        """Overwrites whatever secret has this name. The Worker has it at once. No receipt."""
        must_fit(self, name, value)
        sent = {"name": name, "text": value.reveal(), "type": "secret_text"}
        await self._call("PUT", name, "", json.dumps(sent).encode())
        return None

    async def delete(self, name: Name) -> None:
        """Deletes whatever secret has this name."""
        await self._call("DELETE", name, f"/{name}", expects=NO_SECRET)

    async def look(self, names: Collection[Name]) -> Mapping[Name, AtTarget]:
        listed = {one.text("name") for one in (await self._call("GET", "", "")).listed("result")}
        return {name: AtTarget(None, None) for name in names if name in listed}

    async def _call(
        self, method: str, name: str, path: str, body: bytes = b"", expects: int | None = None
    ) -> Reply:
        scripts = f"{self.address}/client/v4/accounts/{self.account}/workers/scripts"
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        answer = await self.exchange.call(
            method, f"{scripts}/{self.script}/secrets{path}", headers, body
        )
        reply = self.exchange.document(answer)
        if answer.status == 200 and reply.fields.get("success") is True:
            return reply
        code = self._code(reply)
        if code is not None and code == expects:
            return reply
        raise self._error(code, name, answer)

    def _code(self, reply: Reply) -> int | None:
        errors = reply.listed("errors")
        return errors[0].number("code") if errors else None

    def _error(self, code: int | None, name: str, answer: Answer) -> PositronicError:
        if code in _THROTTLED:
            return self.exchange.rate_limited(answer)
        if code == _BUSY:
            return NameFailed(f"somebody else is changing the Worker {self.script} right now")
        if code is not None and code in _REFUSALS:
            return TargetRefused(
                f"{_REFUSALS[code].format(script=self.script, name=name)} ({code})"
            )
        if answer.status in (401, 403):
            return TargetRefused(_NOT_ALLOWED)
        return self.exchange.failed(answer)
