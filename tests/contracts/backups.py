"""What is promised of an export and an import: all of it comes back, or nothing is written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from contracts.commanding import (
    KINDS,
    TOKEN_ID,
    Commanding,
    bulk,
    command,
    issue,
    put,
    shown,
)
from contracts.ledger_world import LedgerWorld
from contracts.rotation_commands import NEWER
from contracts.suite import Suite, raises
from contracts.worlds import KEYS
from positronic.backup import pages
from positronic.backup.carried import CODECS, SETTINGS
from positronic.commands.command import Command
from positronic.errors import (
    Adopting,
    Conflict,
    InvalidRequest,
    NotFound,
    PositronicError,
    Unauthenticated,
    UnknownKey,
)
from positronic.ledger.event_rows import ChainedEvent
from positronic.ledger.secret_rows import VERSIONS
from positronic.ledger.setting_rows import SETTING
from positronic.rows import Delete, Put, Row

SUITE: Suite[LedgerWorld] = Suite("backups")

MANY = [f"N{number:03}" for number in range(300)]  # with their versions, more than one page
REVOKED = "fedcba9876543210"


@dataclass(frozen=True, slots=True)
class File:
    """An export, as px keeps it."""

    header: str
    pages: Sequence[str]
    failed: Sequence[str] = ()


async def _begun(place: Commanding) -> str:
    _, cursor, _ = await place.run(command("project.export"))
    return str(cursor)


async def exported(place: Commanding) -> File:
    cursor: str | None = await _begun(place)
    lines: list[str] = []
    failed: list[str] = []
    while cursor is not None:
        text, cursor, left_out = await place.run(command("project.export", cursor=cursor))
        lines += text.split("\n")
        failed += [label for _, _, label in left_out]
    found: list[str] = []
    page: list[str] = []
    for line in lines[1:]:
        page.append(line)
        if line.startswith('{"page":'):
            found.append("\n".join(page))
            page = []
    assert not page, "lines after the last page"
    return File(lines[0], found, failed)


async def _checked(place: Commanding, file: File) -> tuple[str, list[int]]:
    ticket, counts = None, list[int]()
    for page in file.pages:
        ticket, counts = await place.run(
            command("project.check", header=file.header, page=page, ticket=ticket)
        )
    return str(ticket), counts


def _import(header: str, page: str, ticket: str) -> Command:
    return command("project.import", header=header, page=page, ticket=ticket, isKnown=True)


async def _step(place: Commanding, file: File, ticket: str, number: int) -> tuple[bool, int]:
    page = file.pages[min(number, len(file.pages) - 1)]
    is_over, following = await place.run(_import(file.header, page, ticket))
    return is_over, following


async def imported(place: Commanding, file: File) -> list[int]:
    ticket, counts = await _checked(place, file)
    is_over, number = False, 0
    while not is_over:
        is_over, number = await _step(place, file, ticket, number)
    return counts


async def _filled(world: LedgerWorld) -> Commanding:
    """A place with history: updated, deleted, read; a grant, a token, and one that was revoked."""
    place = Commanding(world)
    await place.run(bulk(MANY), put("A"), put("A", "newer"), put("GONE"))
    await place.run(command("secret.delete", name="GONE"), issue(), issue(REVOKED))
    await place.run(command("token.revoke", id=REVOKED), command("brain.read", names=["A", "N001"]))
    await place.run(command("grant.add", app="checkout", names=["A", "LATER"]))
    return place


def lost(place: Commanding) -> Commanding:
    """The same project, whose ledger has nothing any more."""
    gone = [Delete(kind, row.id) for kind in KINDS for row in place.ledger.list(kind)]
    place.ledger.commit(gone, {})
    return Commanding(place.world, place.clock, place.keys)


def _carried(place: Commanding) -> Mapping[str, Sequence[object]]:
    """Every row that an export has, whatever its revision."""
    found: dict[str, Sequence[object]] = {}
    for name in CODECS:
        rows: Sequence[Row] = place.rows()[name]
        kept = [row for row in rows if name != SETTING.name or row.id in SETTINGS]
        found[name] = [(row.id, row.text, row.keys) for row in kept]
    return found


async def _verdicts(place: Commanding) -> set[str]:
    listing = command("audit.list", limit=1000, wanted=[None] * 3)
    items, _, _ = await place.run(listing)
    return {item[3] for item in items}


@SUITE.check
async def check_all_comes_back(world: LedgerWorld) -> None:
    """Secrets, versions, tokens, uses and the chain are as they were, with one more event."""
    place = await _filled(world)
    values, file = await place.values(), await exported(place)
    before = _carried(place)
    place = lost(place)

    counts = await imported(place, file)

    after = _carried(place)
    assert len(file.pages) > 1
    assert {**after, "event": []} == {**before, "event": []}
    assert list(after["event"])[1:] == before["event"]
    assert place.actions()[-2:] == ["project.export", "project.import"]
    assert await place.values() == values
    assert await _verdicts(place) == {"intact"}
    assert (counts[0], counts[3]) == (len(MANY) + 2, 1), "secrets and grants"
    assert counts[-2:] == [len(place.actions()) - 1, 0]
    assert {row.id for row in place.rows()["outbox"]} == set(values)


@SUITE.check
async def check_tokens_as_they_were(world: LedgerWorld) -> None:
    """A token works again; one that was revoked before the export does not."""
    place = await _filled(world)
    file = await exported(place)
    place = lost(place)
    await imported(place, file)

    await place.run(put("B", caller=shown()))
    await raises(Unauthenticated, place.run(put("B", caller=shown(id_=REVOKED))))


@SUITE.check
async def check_numbers_continue(world: LedgerWorld) -> None:
    """The next version of a secret, deleted or not, and the next event have the next number."""
    place = await _filled(world)
    file = await exported(place)
    place = lost(place)
    await imported(place, file)
    await place.run(put("GONE", "again"), put("A", "again"))

    versions = {
        str(one.name): one.metadata.version
        for one in reversed([VERSIONS.read(row) for row in place.ledger.list(VERSIONS.kind)])
    }
    assert (versions["GONE"], versions["A"]) == (2, 3)
    numbers = [one.sequence for one in place.events() if isinstance(one, ChainedEvent)]
    assert numbers == list(range(len(numbers), 0, -1))


@SUITE.check
async def check_no_value_and_no_key(world: LedgerWorld) -> None:
    """The file has neither a value nor a key in clear."""
    place = await _filled(world)
    await place.run(put("A", "a value that is looked for"))
    key = await place.audit_key()
    file = await exported(place)

    whole = "\n".join((file.header, *file.pages))
    assert key is not None
    assert "a value that is looked for" not in whole
    assert key.secret.hex() not in whole
    for entry in KEYS.split(","):
        assert entry.partition(":")[2] not in whole


@SUITE.check
async def check_changed_files(world: LedgerWorld) -> None:
    """A file that was changed, cut, reordered or mixed with another is refused; nothing is kept."""
    place = await _filled(world)
    file, other = await exported(place), await exported(place)
    first, second, *rest = file.pages
    lines = first.split("\n")
    place = lost(place)
    before = place.rows()
    wrong = {
        "a letter": File(file.header, [first.replace("N001", "N0O1"), second, *rest]),
        "a line less": File(file.header, ["\n".join(lines[1:]), second, *rest]),
        "a line twice": File(file.header, ["\n".join([lines[0], *lines]), second, *rest]),
        "order": File(file.header, [second, first, *rest]),
        "no first page": File(file.header, [second, *rest]),
        "another's page": File(file.header, [first, *other.pages[1:]]),
        "another's header": File(other.header, file.pages),
        "a date": File(file.header.replace('"at":1', '"at":2'), file.pages),
        "last": File(file.header, [first.replace('"last":false', '"last":true')]),
        "nothing": File(file.header, [""]),
        "no header": File("{}", file.pages),
    }

    for label, one in wrong.items():
        error = await raises(PositronicError, _checked(place, one))
        assert isinstance(error, InvalidRequest), label
    ticket, _ = await _checked(place, File(file.header, [first]))
    await raises(InvalidRequest, _step(place, file, ticket, 0))
    await raises(InvalidRequest, _step(place, file, "made-up", 0))
    ticket, _ = await _checked(place, other)
    await raises(InvalidRequest, _step(place, file, ticket, 0))
    assert place.rows() == before


@SUITE.check
async def check_the_wrong_place(world: LedgerWorld) -> None:
    """Another project, another master key and a project that is in use are refused."""
    place = await _filled(world)
    file = await exported(place)
    await raises(Conflict, _checked(place, file))
    ticket, _ = await _checked(lost(place), file)
    place = Commanding(world)
    moved = file.header.replace('"project":"', '"project":"not-')
    await raises(Conflict, _checked(place, File(moved, file.pages)))
    rekeyed = Commanding(world, keys=NEWER)
    check = command("project.check", newest="k2", header=file.header, page=file.pages[0])
    await raises(UnknownKey, rekeyed.run(check))
    await place.run(put("A"))
    before = place.rows()

    await raises(Conflict, _checked(place, file))
    await raises(Conflict, _step(place, file, ticket, 0))
    assert place.rows() == before


@SUITE.check
async def check_interrupted(world: LedgerWorld) -> None:
    """Until its last step nothing else is done; the same file continues, and no other."""
    place = await _filled(world)
    other, file = await exported(place), await exported(place)
    before = _carried(place)
    place = lost(place)
    ticket, _ = await _checked(place, file)
    assert await _step(place, file, ticket, 0) == (False, 1)
    for change in (put("A"), command("secret.list", limit=1)):
        await raises(Adopting, place.run(change))
    adopting = command("project.adopt", isKnown=True)
    await raises(Adopting, place.run(adopting))
    await raises(Conflict, _checked(place, other))
    assert await _step(place, file, ticket, 0) == (False, 1), "a page is written once"

    place = Commanding(world, place.clock)
    await imported(place, file)

    assert _carried(place)["secret"] == before["secret"]
    assert await _verdicts(place) == {"intact"}
    is_over, _ = await _step(place, file, ticket, len(file.pages))
    assert is_over, "the last step's answer may be lost"


async def _failing(place: Commanding, spare: int, change: Command) -> Any:  # noqa: ANN401
    return await place.place(place.world.failing(spare)).run(change)


@SUITE.check
async def check_whole_or_not_at_all(world: LedgerWorld) -> None:
    """Whichever statement of a step fails, it is made again, and all is there."""
    place = Commanding(world)
    await place.run(put("A"), issue())
    file = await exported(place)
    before = _carried(place)
    place = lost(place)
    ticket, _ = await _checked(place, file)
    is_over, spare = False, 0
    while not is_over:
        kept = place.rows()
        try:
            step = _import(file.header, file.pages[0], ticket)
            is_over, _ = await _failing(place, spare, step)
            spare = 0
        except PositronicError:
            assert place.rows() == kept, f"call {spare} left something"
            spare += 1

    assert _carried(place)["secret"] == before["secret"]
    assert await place.values() == {"A": "value"}


@SUITE.check
async def check_a_consistent_file(world: LedgerWorld) -> None:
    """A change between two pages of what may change ends the export; a new event later does not."""
    place = await _filled(world)
    cursor = await _begun(place)
    _, cursor, _ = await place.run(command("project.export", cursor=cursor))
    await place.run(put("A", "changed"))

    await raises(Conflict, place.run(command("project.export", cursor=cursor)))


@SUITE.check
async def check_what_does_not_open(world: LedgerWorld) -> None:
    """It is named and left out, and the rest can be imported."""
    place = Commanding(world)
    await place.run(put("A"), put("B"), issue())
    [row] = [row for row in place.ledger.list(VERSIONS.kind) if row.id.startswith("B/")]
    text = row.text.replace('"version":1', '"version":1 ').replace("px1.", "px9.")
    token = place.rows()["token"][0]
    forged = token.text.replace("writer", "admin")
    place.ledger.commit(
        [
            Put(VERSIONS.kind, row.id, text, row.keys),
            Put(CODECS["token"][0].kind, token.id, forged, token.keys),
        ],
        {},
    )
    file = await exported(place)
    place = lost(place)
    await imported(place, file)

    assert file.failed == [row.id, f"token {TOKEN_ID}"]
    assert [one.id for one in place.rows()["version"]] == [
        one.id for one in place.rows()["version"] if one.id.startswith("A/")
    ]
    assert not place.rows()["token"]


@SUITE.check
async def check_a_changed_event(world: LedgerWorld) -> None:
    """It stays as it was, counted and still reported as changed."""
    place = Commanding(world)
    await place.run(put("A"), put("B"), put("C"))
    row = place.rows()["event"][1]
    place.ledger.commit(
        [Put(CODECS["event"][0].kind, row.id, row.text.replace('"B"', '"X"'), row.keys)], {}
    )
    file = await exported(place)
    place = lost(place)
    counts = await imported(place, file)

    assert counts[-1] >= 1
    assert "changed" in await _verdicts(place)


@SUITE.check
async def check_destroyed(world: LedgerWorld) -> None:
    """A destroyed version is in the history, and its text nowhere in the file."""
    place = Commanding(world)
    await place.run(put("A", "leaked"), put("A", "kept"))
    sealed = [VERSIONS.read(row).sealed for row in place.ledger.list(VERSIONS.kind)][-1]
    await place.run(command("secret.destroy", name="A", version=1))
    before = place.rows()["version"]
    file = await exported(place)
    place = lost(place)
    await imported(place, file)

    after = place.rows()["version"]
    assert [(row.id, row.text) for row in after] == [(row.id, row.text) for row in before]
    assert file.failed == []
    assert all(sealed not in page for page in file.pages)


@SUITE.check
async def check_remembered(world: LedgerWorld) -> None:
    """The ledger knows when its last complete export was begun."""
    place = Commanding(world)
    await raises(NotFound, place.run(command("project.export")))
    await place.run(put("A"))
    cursor = await _begun(place)
    begun = place.clock.now
    assert await place.run(command("project.exported")) is None
    place.clock.now += 1000
    _, following, _ = await place.run(command("project.export", cursor=cursor))

    assert following is None
    assert await place.run(command("project.exported")) == begun
    assert pages.FORMAT == "pxexport1"
