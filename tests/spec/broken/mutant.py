"""A mutant: the right server with one promise broken, and the check that must notice."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

from positronic.http.request import Request, Response
from px.spec.target import SpecTarget
from spec.house import House

JSON = {"Content-Type": "application/json"}


@dataclass
class Call:
    """One request, and the right server behind it. `state` is the mutant's memory."""

    request: Request
    house: House
    body: bytes
    state: dict[str, Any]

    @property
    def method(self) -> str:
        return self.request.method

    @property
    def path(self) -> str:
        return urlsplit(self.request.url).path

    @property
    def query(self) -> dict[str, str]:
        return {key: found[0] for key, found in parse_qs(urlsplit(self.request.url).query).items()}

    @property
    def name(self) -> str:
        """The second segment of the path."""
        return [*self.path.split("/"), "", ""][2]

    @property
    def document(self) -> Any:  # noqa: ANN401 - JSON
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            return None

    @property
    def sent(self) -> dict[str, Any]:
        return self.document if isinstance(self.document, dict) else {}

    @property
    def entries(self) -> list[Any]:
        found = self.sent.get("secrets")
        return found if isinstance(found, list) else []

    @property
    def token(self) -> str:
        return self.request.headers.get("authorization", "").rpartition(" ")[2]

    @property
    def project(self) -> str:
        return self.request.headers.get("x-positronic-project", "")

    def at(self, *calls: str) -> bool:
        """Whether this is one of the calls, as `GET /secrets/*`."""
        parts = self.path.split("/")
        found = [self.path, *("/".join([*parts[:2], "*", *parts[3:]]) for _ in parts[2:3])]
        return any(f"{self.method} {path}" in calls for path in found)

    async def right(
        self,
        method: str | None = None,
        url: str | None = None,
        sent: object = None,
        headers: Mapping[str, str | None] | None = None,
    ) -> Response:
        """What the right server answers, to this request or to a changed one."""
        body = self.body if sent is None else json.dumps(sent).encode()
        given: dict[str, str | None] = {**self.request.headers, **(headers or {})}
        if sent is not None:
            given |= {"content-type": "application/json", "content-length": str(len(body))}

        async def read(limit: int) -> bytes:
            return body[: limit + 1]

        present = {key: text for key, text in given.items() if text is not None}
        address = f"http://127.0.0.1:1{url}" if url else self.request.url
        return await self.house.serve(Request(method or self.method, address, present, read))

    async def as_root(self, url: str | None = None, **headers: str | None) -> Response:
        given = {name.replace("_", "-"): text for name, text in headers.items()}
        return await self.right(url=url, headers=self.root | given)

    @property
    def root(self) -> dict[str, str | None]:
        return {"authorization": f"Bearer {self.house.token}"}


Handler = Callable[[Call], Awaitable[Response]]
Prepare = Callable[[House], None]


@dataclass(frozen=True, slots=True)
class Mutant:
    """`caught_by`: the promise that it breaks, and perhaps others."""

    name: str
    caught_by: str
    sentence: str
    handler: Handler
    prepare: Prepare = field(default=lambda _: None)

    def target(self, house: House | None = None) -> SpecTarget:
        """A server of this kind, over a fresh house unless one is given."""
        house, state = house or House(), dict[str, Any]()
        self.prepare(house)

        async def serve(request: Request) -> Response:
            body = await request.read(16 * 1024 * 1024)
            return await self.handler(Call(request, house, body, state))

        return house.target(serve)


MUTANTS: list[Mutant] = []


def breaks(promise: str, prepare: Prepare = lambda _: None) -> Callable[[Handler], Handler]:
    """Registers the decorated handler as a mutant that breaks the promise."""

    def register(handler: Handler) -> Handler:
        name = getattr(handler, "__name__", "")
        MUTANTS.append(Mutant(name, promise, (handler.__doc__ or "").strip(), handler, prepare))
        return handler

    return register


def found(response: Response) -> Any:  # noqa: ANN401 - JSON
    return json.loads(response.body) if response.body else None


def answer(status: int, document: object, like: Response | None = None) -> Response:
    """An answer with the headers of a right one."""
    headers = dict(like.headers) if like else {**RIGHT}
    return Response(status, json.dumps(document).encode(), headers | JSON)


def edited(response: Response, **changes: object) -> Response:
    """The same answer with some fields changed; None takes one away."""
    document = {**found(response), **changes}
    present = {key: item for key, item in document.items() if item is not None}
    return answer(response.status, present, response)


def refusal(status: int, code: str) -> Response:
    return answer(status, {"error": "a sentence", "code": code})


RIGHT: dict[str, str] = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "X-Request-Id": "0123456789abcdef",
}
