"""How a run goes: gaps, time, tidiness, discretion."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from xml.etree import ElementTree

import pytest

from positronic.http.request import Request, Response
from positronic.ledger.memory import MemoryLedger
from positronic.ledger.secret_rows import STATES
from positronic.ledger.token_rows import TOKENS
from positronic.names import Project
from px.errors import NotAllowed, NotReached, ServerFailed
from px.spec import report
from px.spec.checks import PROMISES
from px.spec.promises import Level, select
from px.spec.run import Limits, Result, run
from px.spec.target import SpecTarget
from px.spec.world import World
from spec.broken import MUTANTS
from spec.house import House
from spec.trying import broken, tried

ONE = "secrets.create.answer"


def mutant(name: str) -> SpecTarget:
    return next(one for one in MUTANTS if one.name == name).target()


def tried_with_gap(target: SpecTarget) -> list[Result]:
    promises = select(PROMISES, Level.FULL, ONE)
    return [one.result for one in asyncio.run(run(target, promises, gaps={ONE}))]


def test_a_known_gap_passes() -> None:
    """A promise that is known not to be kept does not fail the run."""
    assert tried_with_gap(mutant("creates_with_200")) == [Result.GAP]


def test_a_gap_that_is_none_fails() -> None:
    """A known gap that is kept fails the run until its line goes."""
    assert tried_with_gap(House().target()) == [Result.MENDED]


@pytest.mark.parametrize("name", ["writes_the_good_ones", "creates_with_200", "expires_at_once"])
def test_a_failed_check_is_cleaned_up_too(name: str) -> None:
    """Whatever a check made is deleted, also when it failed."""
    ledgers: dict[Project, MemoryLedger] = {}
    house = House(open_ledger=lambda project: ledgers.setdefault(project, MemoryLedger()))
    broken_one = next(one for one in MUTANTS if one.name == name)
    tried(broken_one.target(house), only=broken_one.caught_by)

    assert len(ledgers) > 1
    for ledger in ledgers.values():
        assert ledger.count(STATES.kind, "live") == 0
        assert ledger.count(TOKENS.kind) == 0


async def _blab(request: Request, house: House) -> Response:
    """Shows in every place all that it was sent."""
    if request.url.endswith("/status"):
        return Response(200, b'{"ready": true}')
    sent = (await request.read(100_000)).decode(errors="replace")[:2000]
    text = f"{sent} {request.headers.get('authorization')} {request.url}"
    shown = json.dumps({"error": text, "code": text, text: text, "name": text, "details": text})
    return Response(418, shown.encode(), {"Content-Type": text.encode("ascii", "ignore").hex()})


def test_reasons_show_no_secret() -> None:
    """A server that repeats all that it is sent gets neither values nor the token into a reason."""
    house = House()
    target = house.target(lambda request: _blab(request, house))
    outcomes = tried(target)
    said = report.junit(outcomes).decode() + json.dumps(report.document(outcomes, "full"))

    assert "value-" not in said
    assert house.token not in said
    assert len(broken(outcomes)) > len(PROMISES) - 5


def test_the_time_is_for_the_whole_run() -> None:
    """What the time does not suffice for is broken, and says so."""
    house, hanging = House(), asyncio.Event

    async def serve(request: Request) -> Response:
        if "/status" not in request.url and "/projects" not in request.url:
            await hanging().wait()
        return await house.serve(request)

    outcomes = tried(house.target(serve), only="secrets", timeout=0.3)

    assert {one.reason for one in outcomes} == {"the time ran out before this check ended"}


def test_a_wrong_token_is_told_first() -> None:
    """With a token that opens nothing, nothing is tried."""
    target = replace(House().target(), token="px_wrong")
    with pytest.raises(NotAllowed, match="the token is not valid"):
        tried(target)


def test_full_needs_root() -> None:
    """With a project token, level full is not tried; level seed is."""
    house = House()
    issued: list[str] = []

    async def issue() -> None:
        async with house.target().caller(30) as caller:
            world = World(caller, house.token, "r", "mine", 0)
            issued.append((await world.issue("writer")).token)

    asyncio.run(issue())
    target = replace(house.target(), token=issued[0])
    with pytest.raises(NotAllowed, match="--level full needs the root token"):
        tried(target)

    assert broken(tried(target, Level.SEED)) == []


def test_a_server_without_settings_is_told() -> None:
    """A server that says not_configured is not tried."""
    house = House()
    house.service = replace(
        house.service, settings=replace(house.service.settings, project=Project("No"))
    )
    with pytest.raises(ServerFailed, match="not configured"):
        tried(house.target())


def test_waits_for_a_write_to_be_seen() -> None:
    """With time to settle, a read that lags behind the write is asked again."""
    house = House()
    asked: list[str] = []

    async def serve(request: Request) -> Response:
        right = await house.serve(request)
        if request.url.endswith("/exists"):
            asked.append(request.url)
            if asked.count(request.url) < 3:
                return Response(200, b'{"exists":false}', right.headers)
        return right

    promises = select(PROMISES, Level.FULL, "secrets.bulk.stored")
    outcomes = [
        asyncio.run(run(house.target(serve), promises, limits=Limits(60, settle)))
        for settle in (0, 30)
    ]

    assert [bool(broken(one)) for one in outcomes] == [True, False]


def test_reports_agree() -> None:
    """JSON, JUnit and the summary count the same."""
    outcomes = tried(mutant("creates_with_200"), only="secrets.create")
    suite = ElementTree.fromstring(report.junit(outcomes))[0]  # noqa: S314 - ours
    document = report.document(outcomes, "full")

    assert (suite.get("tests"), suite.get("failures")) == ("4", "1")
    assert document["counts"] == {"ok": 3, "failed": 1}
    assert report.summary(outcomes).startswith("3 of 4 promises kept, 1 broken; ")
    assert [report.line(one).split("\t")[0] for one in outcomes].count("FAILED") == 1


def test_nobody_there() -> None:
    """A port where nothing listens is not reached."""
    target = replace(House().target(), transport=None)
    with pytest.raises(NotReached, match="cannot be reached: connection refused"):
        tried(target)
