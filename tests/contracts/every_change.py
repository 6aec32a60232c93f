"""What is promised of every change in the table of commands, so that a new one is not forgotten."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from contracts.commanding import AUDIT_RETENTION, TOKEN_ID, Commanding, bulk, command, issue, put
from contracts.ledger_world import LedgerWorld
from contracts.rotation_commands import NEWER
from contracts.run_states import AT, new_run, run_id
from contracts.suite import Suite, settled
from contracts.worlds import KEYS, PROJECT
from positronic.commands.command import Command
from positronic.commands.table import CHANGES
from positronic.errors import StoreFailed
from positronic.ledger.event_rows import EVENTS
from positronic.ledger.secret_rows import VERSIONS
from positronic.ledger.use_rows import KEPT
from positronic.names import parse_app
from positronic.roles import binding
from positronic.sealing.envelope import FORMAT

SUITE: Suite[LedgerWorld] = Suite("every_change")

NAMES = [f"N{number:02}" for number in range(30)]
MAX_STATEMENTS = 400
SEALED = f"{FORMAT}."  # how every sealed text begins
SILENT = {"project.add", "audit.trim", "use.trim"}  # changes without an event
SILENT |= {"reminder.claim", "reminder.settle", "run.end", "run.drop", "run.trim"}
SILENT |= {"watch.begin", "watch.renew", "watch.end"}
# These need a place that has nothing yet, or an event that was changed: the suites `adoption`,
# `backups` and `audit_commands` hold them.
APART = {"project.adopt", "project.import", "audit.acknowledge"}


@dataclass(frozen=True, slots=True)
class Example:
    """A change on a place with A, NAMES and a token; `keys`: what the place holds.

    `before`: what is made first; `after`: milliseconds from then until it is made.
    """

    change: Command
    keys: str = KEYS
    after: int = 0
    before: Sequence[Command] = ()


def _switch_on() -> Command:
    return command("target.set", target="prod", names=["A", "NONE"])


def _examples() -> Mapping[str, Example]:
    """At least one of each change, and each way that it can go."""
    changes = {
        "run": new_run("brain.run", 1),
        "rerun": new_run("brain.rerun", 2),
        "cancel": command("brain.cancel", title="a brain", run=run_id(1)),
        "begin to watch": command("watch.begin", id="a" * 32, until=AT),
        "watch on": command("watch.renew", id="a" * 32, until=AT + 1),
        "replace root": command("root.replace", names=["root"]),
        "read": command("brain.read", names=["A", "NONE"]),
        "grant": command("grant.add", app="new", names=["A", "NONE"]),
        "grant more": command("grant.add", app="app", names=["A", "N00"]),
        "read over a binding": command(
            "binding.read", binding(PROJECT, parse_app("app")), names=["A", "B"]
        ),
        "settle": command("brain.settle", versions={"A": 3}, at=17),
        "create": put("NEW"),
        "update": put("A", "newer"),
        "bulk": bulk([*NAMES, "X", "Y"], "newer"),
        "policy": command("secret.policy", name="A", fields={"note": "new", "enforce": True}),
        "delete": command("secret.delete", name="A"),
        "issue": issue("f" * 16),
        "revoke": command("token.revoke", id=TOKEN_ID),
        "republish": command("project.repair"),
        "export": command("project.export"),
        "repair": command("copies.repair", copies=[["A", "0" * 64], ["PLANTED", "0" * 64]]),
        "remove a grant": command("grant.remove", app="app", names=[]),
        "remove a name": command("grant.remove", app="app", names=["A"]),
        "enter": command("project.add", project="shop", location="weur", jurisdiction=""),
    }
    examples = {label: Example(change) for label, change in changes.items()}
    for label, name, change in (
        ("roll back", "B", command("secret.rollback", name="B", to=1)),
        ("destroy a version", "C", command("secret.destroy", name="C", version=1)),
        ("destroy", "D", command("secret.destroy", name="D")),
    ):
        examples[label] = Example(change, before=[put(name, "one"), put(name, "two")])
    for action in ("restore", "destroy"):
        name = f"GONE_{action}"
        gone = [put(name), command("secret.delete", name=name)]
        examples[f"{action} what is deleted"] = Example(
            command(f"secret.{action}", name=name), before=gone
        )
    due = command("secret.policy", name="A", fields={"expires_at": 1})
    claim = command("reminder.claim", claim="c" * 16, within=1)
    settle = {
        was_taken: command("reminder.settle", names=["A"], day=1, wasTaken=was_taken)
        for was_taken in (True, False)
    }
    for label, change in (
        ("switch a target on again", command("target.set", target="prod", prefix="N")),
        ("put what a target gets", put("A", "newer")),
        ("push", command("target.push", target="prod", names=["A"])),
        ("synchronise a target", command("target.sync", target="prod")),
        ("remove a target", command("target.remove", target="prod", purge=False)),
        ("empty a target", command("target.remove", target="prod", purge=True)),
    ):
        examples[label] = Example(change, before=[_switch_on(), put("A")])
    return examples | {
        "switch a target on": Example(_switch_on()),
        "claim": Example(claim, before=[due]),
        "remind": Example(settle[True], before=[due, claim]),
        "end a run": Example(
            command("run.end", run=run_id(3), status="error", at=17),
            before=[new_run("brain.run", 3)],
        ),
        "take a run back": Example(
            command("run.drop", run=run_id(4)), before=[new_run("brain.run", 4)]
        ),
        "forget runs": Example(command("run.trim"), after=2 * KEPT),
        "watch no more": Example(
            command("watch.end", id="b" * 32),
            before=[command("watch.begin", id="b" * 32, until=AT)],
        ),
        "fail to remind": Example(settle[False], before=[due, claim]),
        "forget reads": Example(command("use.trim"), after=2 * KEPT),
        "trim": Example(command("audit.trim"), after=2 * AUDIT_RETENTION),
        "restart": Example(command("audit.restart", newest="k2"), NEWER),
        "rotate": Example(command("keys.rotate", newest="k2"), f"{NEWER},{KEYS}"),
    }


async def _filled(world: LedgerWorld, example: Example) -> Commanding:
    """What the example needs, whatever was done before."""
    place = Commanding(world, keys=f"{KEYS},{NEWER}")
    await place.run(put("A"), bulk(NAMES), command("brain.read", names=["A"]))
    await settled(place.run(issue()))
    await place.run(command("grant.add", app="app", names=["A", "B"]))
    await place.run(*example.before)
    place.clock.now += example.after
    return Commanding(world, place.clock, example.keys)


def _kept(place: Commanding) -> Mapping[str, object]:
    """All that is kept, in tables of a kind that nobody told us about too."""
    database = place.world.database
    if database is None:
        return place.rows()
    return {
        table: database.run(f"SELECT * FROM {table}")  # noqa: S608 - the tables that there are
        for table in place.world.left_behind()
    }


def _is_recorded(change: Command, events: int) -> bool:
    return events <= 0 if change.action in SILENT else events == 1


@SUITE.check
async def check_all_are_here(_: LedgerWorld) -> None:
    """Every change in the table has an example, so that the checks below hold it."""
    assert {example.change.action for example in _examples().values()} == set(CHANGES) - APART


@SUITE.check
async def check_whole_or_not_at_all(world: LedgerWorld) -> None:
    """Whichever statement of a change fails, all is as before; then the same one can be made."""
    for label, example in _examples().items():
        place, change = await _filled(world, example), example.change
        before, events = _kept(place), len(place.events())
        for spare in range(MAX_STATEMENTS):
            try:
                await place.place(world.failing(spare)).run(change)
                break
            except StoreFailed:
                assert _kept(place) == before, f"{label}: statement {spare} left something"
        else:
            raise AssertionError(f"{label} never ends")

        assert spare >= 2, f"{label} has fewer statements than were to fail"
        assert _kept(place) != before, f"{label} changed nothing"
        assert _is_recorded(change, len(place.events()) - events), f"{label}: its event"


@SUITE.check
async def check_sent_again(world: LedgerWorld) -> None:
    """A change that is sent again, at once or later, gets its first result, and is made once."""
    for label, example in _examples().items():
        place, change = await _filled(world, example), example.change
        events = len(place.events())
        first, other = await asyncio.gather(place.run(change), place.run(change))
        made = _kept(place)
        place.clock.now += 1000

        assert first == other == await place.run(change), label
        assert _kept(place) == made, f"{label} was made twice"
        assert _is_recorded(change, len(place.events()) - events), f"{label}: its event"


@SUITE.check
async def check_no_event_keeps_what_is_sealed(world: LedgerWorld) -> None:
    """Events outlast a version that is destroyed, and are not shredded with it."""
    for label, example in _examples().items():
        place = await _filled(world, example)
        await place.run(example.change)
        kept = [row.text for row in place.ledger.list(EVENTS.kind)]
        versions = [row.text for row in place.ledger.list(VERSIONS.kind)]

        assert not [text for text in kept if SEALED in text], f"{label}: sealed text in an event"
        assert [text for text in versions if SEALED in text], "sealed text is not found where it is"
