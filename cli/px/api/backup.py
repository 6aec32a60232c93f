"""A project's export as a file, and its import, over HTTP."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from px.api import decode, doubt
from px.api.adoption import counted
from px.api.client import Client
from px.api.decode import Fields, number
from px.errors import Detail, PxError, Refused, Usage

TRIES: Final = 5  # of an export, if the project is changed meanwhile
PATIENCE: Final = 20  # steps of an import without progress

_KINDS: Final = {
    "secrets": "secret",
    "versions": "version",
    "tokens": "token",
    "grants": "grant",
    "events": "event",
}
_CODE: Final = "invalid_file"
_HEADER: Final = '{"format":"pxexport1",'
_LAST_LINE: Final = '{"page":'
_STATES: Final = ("importing", "imported")


@dataclass(frozen=True, slots=True)
class Counts:
    """What a file has. `unverified`: events that are not as they were signed."""

    secrets: int
    versions: int
    tokens: int
    grants: int
    events: int
    unverified: int = 0

    def sentence(self) -> str:
        secrets, versions = counted(self.secrets, "secret"), counted(self.versions, "version")
        tokens, grants = counted(self.tokens, "token"), counted(self.grants, "grant")
        return f"{secrets} ({versions}), {tokens}, {grants} and {counted(self.events, 'event')}"

    def document(self) -> dict[str, object]:
        return {one: getattr(self, one) for one in _KINDS}


@dataclass(slots=True)
class Export:
    """The text of a file. `failed`: what it leaves out, because it does not open."""

    parts: list[str] = field(default_factory=list)
    failed: list[Detail] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "".join(f"{part}\n" for part in self.parts if part)

    @property
    def counts(self) -> Counts:
        lines = [line for part in self.parts for line in part.split("\n")]
        starts = {one: f'{{"kind":"{kind}",' for one, kind in _KINDS.items()}
        return Counts(
            **{one: sum(line.startswith(start) for line in lines) for one, start in starts.items()}
        )


@dataclass(frozen=True, slots=True)
class ExportFile:
    """What a file has: its first line, and its pages up to their MACs."""

    header: str
    pages: Sequence[str]


def export(client: Client) -> Export:
    """All of it, begun again if the project is changed meanwhile."""
    for tried in range(1, TRIES + 1):
        try:
            return _export(client)
        except PxError as error:
            if error.code != "conflict" or tried == TRIES:
                raise
    raise AssertionError  # the last try has raised


def _export(client: Client) -> Export:
    found = Export()
    cursor: str | None = None
    while True:
        body = {} if cursor is None else {"cursor": cursor}
        text, failed, cursor = client.write(
            "/project/export", body, _exported, doubt.EXPORT, status=200
        )
        found.parts.append(text)
        found.failed += failed
        if cursor is None:
            return found


def exported_at(client: Client) -> str | None:
    """When the last complete export was begun."""
    return client.get(
        "/project/export", lambda found: decode.optional(decode.time, found.get("exportedAt"))
    )


def read_file(text: str) -> ExportFile:
    """Raises Usage. What the pages say is checked by the server alone."""
    header, _, rest = text.partition("\n")
    if not header.startswith(_HEADER):
        raise Usage("the file is not an export of a project; nothing was done", code=_CODE)
    pages = list(_pages(rest))
    if not pages or not rest.endswith("\n"):
        raise Usage("the file is cut off; nothing was done", code=_CODE)
    return ExportFile(header, pages)


def _pages(text: str) -> Iterator[str]:
    page: list[str] = []
    for line in text.removesuffix("\n").split("\n"):
        page.append(line)
        if line.startswith(_LAST_LINE):
            yield "\n".join(page)
            page = []
    if page:
        raise Usage("the file is cut off; nothing was done", code=_CODE)


def check(client: Client, file: ExportFile) -> tuple[str, Counts]:
    """The server checks every page, and writes nothing. The ticket that an import needs."""
    ticket: str | None = None
    for page in file.pages:
        body: dict[str, object] = {"header": file.header, "page": page}
        body |= {} if ticket is None else {"ticket": ticket}
        ticket, counts = client.write(
            "/project/import/check", body, _checked, doubt.NOTHING, status=200
        )
    return str(ticket), counts


def bring(client: Client, file: ExportFile, ticket: str, note: Callable[[int, int], None]) -> None:
    """Continues where an earlier import of this file stopped; `note` gets pages, of how many."""
    number_, idle = 0, 0
    while True:
        page = file.pages[min(number_, len(file.pages) - 1)]
        body = {"header": file.header, "page": page, "ticket": ticket}
        is_over, following = client.write(
            "/project/import", body, _imported, doubt.IMPORT, status=200
        )
        if is_over:
            return
        note(following, len(file.pages))
        idle = idle + 1 if following == number_ else 0
        number_ = following
        if idle == PATIENCE:
            raise Refused("the import makes no progress", code="import_stuck")


def _exported(found: Fields) -> tuple[str, list[Detail], str | None]:
    failed = decode.failures(found)
    return decode.text(found["text"]), failed, decode.next_cursor(found)


def _checked(found: Fields) -> tuple[str, Counts]:
    # A server of before there were grants does not count them.
    given = {"grants": 0, **found}
    counts = {one: number(given[one]) for one in (*_KINDS, "unverified")}
    return decode.text(found["ticket"]), Counts(**counts)


def _imported(found: Fields) -> tuple[bool, int]:
    state = decode.text(found["state"])
    if state not in _STATES:
        raise ValueError
    return state == "imported", number(found["next"])
