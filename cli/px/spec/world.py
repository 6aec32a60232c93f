"""What a check works with: calls, its own names and values, and cleaning up afterwards."""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import AsyncIterable, Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final, TypeVar
from urllib.parse import quote, urlencode

from px.spec.answer import Broken, Reply, demand, text
from px.spec.caller import Caller, Who

POLL_SECONDS: Final = 0.1
MAX_PAGES: Final = 10_000
AT_ONCE: Final = 8

T = TypeVar("T")
Mine = tuple[Who, str]
Made = dict[Mine, None]  # in order of creation


@dataclass(frozen=True, slots=True, repr=False)
class Issued:
    """A project token that a check created."""

    id: str
    token: str
    answer: Reply


class World:
    """The world of one run. `project` None: the server's default, and calls name no project.

    `root` acts in that project, `neighbour` in one used only by this run, `nobody` has no token.
    `settle`: the seconds after which every read sees a write.
    """

    def __init__(
        self, caller: Caller, token: str, run: str, project: str | None, settle: float
    ) -> None:
        self.run = run
        self.plain = caller.plain
        self.root = Who(token, project)
        self.neighbour = Who(token, f"spec-{run}-b")
        self.nobody = Who(None)
        self._caller = caller
        self._settle = settle
        self._count = 0
        self._values: list[str] = []
        self._flying: set[asyncio.Task[Reply]] = set()
        self._names: Made = {}
        self._tokens: Made = {}
        self._grants: Made = {}

    def name(self, end: str = "") -> str:
        """A new, unused name."""
        self._count += 1
        return f"SPEC_{self.run}_{self._count}{end}"

    def app(self) -> str:
        """The name of a new app, which is granted nothing."""
        self._count += 1
        return f"spec-{self.run}-{self._count}"

    def value(self) -> str:
        """A value that can be recognised wherever it appears, and that is not a name."""
        value = f"value-{secrets.token_hex(12)}"
        self._values.append(value)
        return value

    async def call(
        self,
        method: str,
        path: str,
        sent: object = None,
        *,
        who: Who | None = None,
        body: bytes | AsyncIterable[bytes] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Reply:
        """`sent` is sent as JSON, `body` unchanged. As `root` by default."""
        who = who or self.root
        if method == "POST" and path.startswith("/secrets"):
            self._note(self._broom(who), _document(body) if sent is None else sent)
        if method == "POST" and path == "/grants" and isinstance(sent, dict):
            self._grants[self._broom(who), str(sent.get("as"))] = None
        content = body if sent is None else json.dumps(sent).encode()
        kind = {} if content is None else {"Content-Type": "application/json"}
        given = who.headers | kind | dict(headers or {})
        answer = await self._send(method, path, given, content)
        if method == "POST" and path == "/tokens":
            self._note_token(self._broom(who), answer)
        return answer

    async def _send(
        self,
        method: str,
        path: str,
        headers: Mapping[str, str],
        content: bytes | AsyncIterable[bytes] | None,
    ) -> Reply:
        """Not cancelled with the check: a half-sent request could still act after the clean-up."""
        sending = asyncio.ensure_future(self._caller.call(method, path, headers, content))
        self._flying.add(sending)
        sending.add_done_callback(self._landed)
        return await asyncio.shield(sending)

    def _landed(self, sending: asyncio.Task[Reply]) -> None:
        self._flying.discard(sending)
        if not sending.cancelled():
            sending.exception()  # retrieved even if nothing waits for it any more

    async def put(self, name: str, value: str | None = None, who: Who | None = None) -> Reply:
        """POST /secrets, with any answer."""
        sent = {"name": name, "value": self.value() if value is None else value}
        return await self.call("POST", "/secrets", sent, who=who)

    async def store(self, name: str, value: str | None = None, who: Who | None = None) -> Reply:
        """Creates a secret that a check needs. Raises Broken if refused."""
        return (await self.put(name, value, who)).succeeded("POST /secrets")

    async def bulk(self, entries: Sequence[tuple[str, str]], who: Who | None = None) -> Reply:
        """POST /secrets/bulk, with any answer."""
        found = [{"name": name, "value": value} for name, value in entries]
        return await self.call("POST", "/secrets/bulk", {"secrets": found}, who=who)

    async def delete(self, name: str, who: Who | None = None) -> Reply:
        return await self.call("DELETE", f"/secrets/{quote(name, safe='')}", who=who)

    async def ask(self, name: str, who: Who | None = None) -> Reply:
        """GET /secrets/NAME/exists, with any answer."""
        return await self.call("GET", f"/secrets/{quote(name, safe='')}/exists", who=who)

    async def exists(self, name: str, who: Who | None = None) -> bool:
        """Whether the server says that the secret exists."""
        answer = await self.ask(name, who)
        return answer.status == 200 and answer.object().get("exists") is True

    async def pages(
        self, path: str, key: str, limit: int, who: Who | None = None, most: int = MAX_PAGES
    ) -> list[list[dict[str, Any]]]:
        """The pages of a list, from the first to the last, but at most `most`."""
        found: list[list[dict[str, Any]]] = []
        query = {"limit": str(limit)}
        for _ in range(most):
            answer = await self.call("GET", f"{path}?{urlencode(query)}", who=who)
            found.append(answer.succeeded(f"GET {path}").items(key))
            if "cursor" not in answer.object():
                return found
            query["cursor"] = answer.text("cursor")
        demand(most < MAX_PAGES, f"GET {path} does not end")
        return found

    async def listed(
        self, path: str = "/secrets", key: str = "secrets", who: Who | None = None
    ) -> list[dict[str, Any]]:
        """All items of a list."""
        return [item for page in await self.pages(path, key, 1000, who) for item in page]

    async def names(self, who: Who | None = None) -> list[str]:
        return [text(item, "name") for item in await self.listed(who=who)]

    async def issue(self, role: str, who: Who | None = None, **more: object) -> Issued:
        """Creates a project token that a check needs; it works when this returns."""
        sent = {"name": f"spec {self.run}", "role": role, **more}
        answer = (await self.call("POST", "/tokens", sent, who=who)).succeeded("POST /tokens")
        issued = Issued(answer.text("id"), answer.text("token"), answer)
        self._values.append(issued.token)

        async def works() -> None:
            answer = await self.call("GET", "/secrets?limit=1", who=Who(issued.token))
            demand(answer.status != 401, "a new token does not work in its project")

        await self.eventually(works)
        return issued

    async def tick(self, date: str) -> list[str]:
        """Waits until the server's clock, which has milliseconds, is past the date.

        Returns the names of the secrets it created to read that clock.
        """
        created: list[str] = []
        for _ in range(50):
            created.append(self.name())
            if (await self.store(created[-1])).text("createdAt") > date:
                return created
        raise Broken("the server's clock does not advance")

    async def eventually(self, probe: Callable[[], Awaitable[T]], at_least: float = 0) -> T:
        """The probe's result once it succeeds; its error when the time to settle is up.

        `at_least`: seconds for what the contract allows to happen later.
        """
        loop = asyncio.get_running_loop()
        deadline = loop.time() + max(self._settle, at_least)
        while True:
            try:
                return await probe()
            except Broken:
                if loop.time() >= deadline:
                    raise
            await asyncio.sleep(POLL_SECONDS)

    async def clean(self) -> None:
        """Deletes what checks have left behind; ignores failures."""
        while self._flying:
            await asyncio.wait(set(self._flying))
        limit = asyncio.Semaphore(AT_ONCE)
        left = [
            *(("/secrets", self._names), ("/tokens", self._tokens), ("/grants", self._grants)),
        ]
        await asyncio.gather(
            *(self._remove(path, made, one, limit) for path, made in left for one in [*made])
        )

    def redact(self, reason: str) -> str:
        """Makes sure that a reason contains no value of this run and no token."""
        for hidden in sorted([*self._values, self.root.token or ""], key=len, reverse=True):
            reason = reason.replace(hidden, "(hidden)") if hidden else reason
        return reason

    async def _remove(self, path: str, made: Made, one: Mine, limit: asyncio.Semaphore) -> None:
        who, name = one
        async with limit:
            with suppress(Broken):
                await self._send("DELETE", f"{path}/{quote(name, safe='')}", who.headers, None)
            made.pop(one, None)

    def _broom(self, who: Who) -> Who:
        """The caller that can clean up where this one may have written."""
        return Who(self.root.token, who.project or self.root.project)

    def _note_token(self, who: Who, answer: Reply) -> None:
        id_ = answer.object().get("id") if answer.status < 300 else None
        if isinstance(id_, str) and id_:
            self._tokens[who, id_] = None

    def _note(self, who: Who, sent: object) -> None:
        entries = sent.get("secrets", [sent]) if isinstance(sent, dict) else []
        for entry in entries if isinstance(entries, list) else []:
            name = entry.get("name") if isinstance(entry, dict) else None
            # In other projects, a name that is not from this run may be somebody's secret.
            is_ours = isinstance(name, str) and (self.run in name or who == self.neighbour)
            if is_ours and name:
                self._names[who, name] = None


def _document(body: object) -> object:
    """The parsed JSON of a raw body, if it is JSON."""
    try:
        return json.loads(body) if isinstance(body, bytes) else None
    except (ValueError, RecursionError):
        return None
