"""An app's secrets at Fly.io as a target. Fly keeps no marks, and only Machines get values back.

A new value is staged: a Machine has it from its next update on. Source: the Machines API's document
and superfly/fly-go, `flaps/flaps_secrets.go`. The receipt is the digest that Fly answers with.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Final

from positronic.errors import PositronicError, TargetRefused
from positronic.names import MAX_VALUE, Name, Value
from positronic.outgoing import Answer
from positronic.ports import AtTarget
from positronic.providers.exchange import Exchange, Reply
from positronic.providers.refusals import must_fit, unfit_value

PROVIDER: Final = "Fly"
ADDRESS: Final = "https://api.machines.dev"

# Set by Fly in every Machine: https://fly.io/docs/machines/runtime-environment
_RESERVED: Final = re.compile(
    r"PRIMARY_REGION|FLY_(?:APP_NAME|MACHINE_ID|ALLOC_ID|REGION|PUBLIC_IP|IMAGE_REF"
    r"|MACHINE_VERSION|PRIVATE_IP|PROCESS_GROUP|VM_MEMORY_MB)"
)


@dataclass(slots=True)
class Fly:
    """`token`: as FLY_API_TOKEN has it."""

    exchange: Exchange
    app: str
    token: str = field(repr=False)
    address: str = ADDRESS
    _version: int = 0  # of the app's secrets after our last change: a later list is not older

    def refusal(self, name: Name, value: Value | None = None) -> str | None:
        if _RESERVED.fullmatch(name):
            return f"{name} is set by Fly itself in every Machine"
        return unfit_value(PROVIDER, name, value, MAX_VALUE)

    async def put(self, name: Name, value: Value, version: int) -> str | None:
        """Overwrites whatever has this name. Machines have it once they are updated."""
        must_fit(self, name, value)
        sent = json.dumps({"value": value.reveal()}).encode()
        reply = self.exchange.document(await self._call("POST", f"/{name}", sent))
        self._note(reply)
        return reply.text("digest")

    async def delete(self, name: Name) -> None:
        """Deletes whatever has this name. Machines have it until they are updated."""
        answer = await self._call("DELETE", f"/{name}", expects=404)
        if answer.status == 404:
            await self._call("GET", "")  # or else there is no such app
            return
        self._note(self.exchange.document(answer))

    def _note(self, reply: Reply) -> None:
        """Changes are sent side by side: their answers may come in any order."""
        self._version = max(self._version, reply.number("version"))

    async def look(self, names: Collection[Name]) -> Mapping[Name, AtTarget]:
        query = f"?version={self._version}" if self._version else ""
        reply = self.exchange.document(await self._call("GET", query))
        digests = {one.text("name"): one.text("digest") for one in reply.listed("secrets")}
        return {name: AtTarget(None, digests[name]) for name in names if name in digests}

    async def _call(
        self, method: str, path: str, body: bytes = b"", expects: int | None = None
    ) -> Answer:
        url = f"{self.address}/v1/apps/{self.app}/secrets{path}"
        headers = {"Authorization": _authorization(self.token), "Content-Type": "application/json"}
        answer = await self.exchange.call(method, url, headers, body)
        if answer.status < 300 or answer.status == expects:
            return answer
        raise self._error(answer)

    def _error(self, answer: Answer) -> PositronicError:
        if answer.status in (401, 403):
            return TargetRefused(
                f"Fly does not allow it for the app {self.app}: replace the target's token"
            )
        if answer.status == 404:
            return TargetRefused(f"Fly has no app {self.app}, or the token is for another one")
        if answer.status in (400, 413, 422):
            return TargetRefused("Fly refuses the name or the value: store it under another name")
        return self.exchange.failed(answer)


def _authorization(token: str) -> str:
    """Tokens of `fly tokens create` name their scheme themselves."""
    return token if token.startswith("FlyV1 ") else f"Bearer {token}"
