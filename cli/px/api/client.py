"""One server over HTTP: calls are retried where that is safe. Every failure is a PxError."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Final, Self, TypeVar

from positronic.names import Value, parse_project
from px.api.decode import Fields, items, next_cursor
from px.api.doubt import Doubt
from px.api.errors import read, refusal, stranger
from px.errors import Interrupted, NotReached, NotRunning, PxError
from px.http.result import Answer, Lost, NotOwn, Result, may_have_acted
from px.http.retry import Outcome, Retry
from px.settings import Target

if TYPE_CHECKING:
    from px.http.own_worker import OwnWorker
    from px.http.transport import Transport

T = TypeVar("T")

# A server's failures with which one change was not made, by that attempt.
_UNDONE: Final = frozenset(
    {"adopting", "audit_unavailable", "busy", "ledger_full", "not_configured"}
)


class Client:
    """One project on one server, or the token's own: all resources make their calls through it."""

    def __init__(self, target: Target, retry: Retry | None = None) -> None:
        self.target = target
        self.retry = retry or Retry(target.timeout)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        if "transport" in self.__dict__:
            self.transport.close()

    @property
    def origin(self) -> str:
        return self.target.address.origin

    @property
    def location(self) -> str:
        """The server, its environment and the project, as shown to the user."""
        return self.target.location

    @property
    def location_fields(self) -> dict[str, object]:
        """The same for programs."""
        return self.target.fields

    def in_project(self, name: str) -> Client:
        """The same server and token for another project; only root's token can do this."""
        return Client(replace(self.target, project=parse_project(name)), self.retry)

    @cached_property
    def transport(self) -> Transport:
        from px.http.transport import Transport  # imports httpx, so only for a request

        target = self.target
        headers = {"Authorization": f"Bearer {target.token}", "User-Agent": "px"}
        headers["Accept"] = "application/json"
        if target.project is not None:
            headers["X-Positronic-Project"] = target.project
        return Transport(target.address, headers, own_worker(target))

    def call(self, method: str, path: str, body: Fields | None = None) -> Outcome:
        """For a call that is safe to repeat: it is retried, and a change is made once."""
        key = "" if method == "GET" else os.urandom(16).hex()
        return self.retry.run(self._sender(method, path, body, key))

    def call_once(self, method: str, path: str, body: Fields | None = None) -> Outcome:
        """For a call that must not be repeated."""
        return self.retry.once(self._sender(method, path, body))

    def _sender(
        self, method: str, path: str, body: Fields | None, key: str = ""
    ) -> Callable[[float], Answer]:
        data = None if body is None else encode(body)
        return lambda timeout: self.transport.send(method, path, data, timeout, key)

    def get(self, path: str, parse: Callable[[Fields], T]) -> T:
        """A GET's parsed answer."""
        return read(self.answer(self.call("GET", path), 200), 200, parse)

    def check(self) -> None:
        """Raises PxError unless the server answers and accepts the token and the project.

        It asks what a deployer may ask too: whether there is a secret `_`.
        """
        self.answer(self.call("GET", "/secrets/_/exists"), 200)

    def pages(
        self,
        path: str,
        key: str,
        parse: Callable[[Fields], T],
        limit: int = 1000,
        query: Mapping[str, str] | None = None,
        look: Callable[[Fields], None] = lambda _: None,
    ) -> Iterator[T]:
        """Every item of the list under this key, over all pages; `query`: what else is asked.

        `look` gets each page, and raises ValueError for one that is not as in the contract.
        """

        def whole(found: Fields) -> tuple[list[T], str | None]:
            look(found)
            return items(found, key, parse), next_cursor(found)

        cursor: str | None = None
        seen: set[str] = set()
        while True:
            answer = self.answer(
                self.call("GET", _page_path(path, limit, cursor, query or {})), 200
            )
            page, cursor = read(answer, 200, whole)
            yield from page
            if cursor is None:
                return
            if cursor in seen:
                raise stranger(answer)
            seen.add(cursor)

    def remove(self, path: str, doubt: Doubt) -> None:
        """Raises Refused `not_found` for what is not there.

        If an earlier attempt of this call removed it, the server gives that one's answer again.
        """
        with _doubting(doubt):
            self.answer(self.call("DELETE", path), 204)

    def write(
        self,
        path: str,
        body: Fields | None,
        parse: Callable[[Fields], T],
        doubt: Doubt,
        *,
        status: int = 201,
        values: Sequence[Value] = (),
        once: bool = False,
        method: str = "POST",
    ) -> T:
        """A change's parsed answer: the first one, if an earlier attempt was carried out."""
        with _doubting(doubt):
            outcome = (self.call_once if once else self.call)(method, path, body)
            answer = self.answer(outcome, status, values, in_steps=doubt.in_steps)
            return read(answer, status, parse)

    def answer(
        self,
        outcome: Outcome,
        status: int,
        values: Sequence[Value] = (),
        *,
        in_steps: bool = False,
    ) -> Answer:
        """The answer if it has the expected status; otherwise raises its error.

        `in_steps`: the server makes several changes, of which some may be made when one is not.
        """
        if isinstance(outcome.result, Answer) and outcome.result.status == status:
            return outcome.result
        error = self.failure(outcome.result, values)
        results = (*outcome.earlier, outcome.result)
        # Before its adoption a project takes no change: not from an earlier attempt either.
        error.uncertain = error.code != "adopting" and _may_be_done(results, in_steps=in_steps)
        raise error

    def failure(self, result: Answer | Lost, values: Sequence[Value]) -> PxError:
        if isinstance(result, NotOwn):
            return not_own(result)
        if isinstance(result, Lost):
            address = self.target.address
            if address.is_loopback and (error := not_answering(self.target)):
                return error
            kind = NotRunning if address.is_loopback else NotReached
            return kind(
                f"{address.origin} cannot be reached: {result.reason}",
                code="not_reached",
                hint=result.hint,
            )
        hidden = [self.target.token]
        for value in values:
            hidden += [value.reveal(), *value.reveal().splitlines()]
        return refusal(result, hidden)


def _may_be_done(results: Sequence[Result], *, in_steps: bool) -> bool:
    """Whether one of these attempts may have been carried out without saying so."""
    doubtful = [result for result in results if may_have_acted(result)]
    if in_steps:
        return bool(doubtful)
    return any(isinstance(one, Lost) or refusal(one, ()).code not in _UNDONE for one in doubtful)


@contextmanager
def closed_on_error(client: Client) -> Iterator[Client]:
    """For what is done before the client is handed on."""
    try:
        yield client
    except BaseException:
        client.close()
        raise


def own_worker(target: Target) -> OwnWorker | None:
    """Only for a token from `.px/local.json`; the user chose the address of all others."""
    from px.http.own_worker import OwnWorker
    from px.project.environment import chosen

    if target.source != chosen().local_file:
        return None
    return OwnWorker(target.address.origin, target.token)


def not_answering(target: Target) -> NotReached | None:
    """The error for the address of a `px dev` that is not ready; None for any other."""
    from pathlib import Path

    from px.project import dev_state
    from px.project.workspace import nearest

    project = nearest(Path.cwd())
    if project is None or target.source != project.environment.local_file:
        return None
    found = dev_state.NOT_READY.get(dev_state.state_of(project))
    if found is None:
        return None
    return NotReached(f"the Worker of px dev {found[0]}", code="not_reached", hint=found[1])


def not_own(result: NotOwn) -> NotReached:
    """The error for another program at the address of `px dev`."""
    return NotReached(
        f"the server at {result.origin} is not the Worker that `px dev` started here; "
        "nothing was sent to it",
        code="not_own_worker",
        hint="stop it, or choose another port with --port; then start `px dev` again",
    )


@contextmanager
def _doubting(doubt: Doubt) -> Iterator[None]:
    """Makes errors, and Interrupted on Ctrl-C, say what may have been done."""
    try:
        yield
    except KeyboardInterrupt:
        interrupted = Interrupted()
        doubt.mark(interrupted)
        raise interrupted from None
    except PxError as error:
        if error.uncertain:
            doubt.mark(error)
        raise


def encode(body: object) -> bytes:
    """JSON in UTF-8, as px sends it."""
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()


def entry_path(path: str, parameter: str, name: str, query: Mapping[str, str] = {}) -> str:
    """The path of one entry; a name that does not fit into a path goes into the query."""
    from urllib.parse import quote, urlencode

    if name in ("", ".", ".."):
        return f"{path}?{urlencode({parameter: name, **query})}"
    return f"{path}/{quote(name, safe='')}{'?' if query else ''}{urlencode(query)}"


def _page_path(path: str, limit: int, cursor: str | None, more: Mapping[str, str]) -> str:
    from urllib.parse import urlencode

    query = {"limit": str(limit), **more} | ({} if cursor is None else {"cursor": cursor})
    return f"{path}?{urlencode(query)}"
