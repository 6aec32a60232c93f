"""A project's changes run one after the other on a host that is one process."""

from __future__ import annotations

import asyncio

import pytest

from positronic.api.changes import Change, Work
from positronic.api.service import InProcess
from positronic.http.request import Response
from positronic.names import Project
from positronic.ports import Journal
from support.memory_service import Clock
from support.running import run

ONE, OTHER = Project("one"), Project("other")


def _change(work: Work) -> Change:
    """One that has nothing to read."""

    async def prepare() -> Work:
        return work

    return Change(prepare)


def _told(*projects: Project) -> list[str]:
    """The steps of one change in each of the projects, all begun together."""
    steps: list[str] = []

    async def all_of_them() -> None:
        in_turn = InProcess(Clock())

        async def change(number: int, project: Project) -> None:
            async def work(_: Journal) -> Response:
                for step in range(3):
                    steps.append(f"{number}.{step}")
                    await asyncio.sleep(0)
                return Response(204)

            await in_turn(project, _change(work))

        await asyncio.gather(*(change(*each) for each in enumerate(projects)))

    run(all_of_them())
    return steps


def test_changes_of_one_project_do_not_mix() -> None:
    """The second begins when the first has ended."""
    assert _told(ONE, ONE) == ["0.0", "0.1", "0.2", "1.0", "1.1", "1.2"]


def test_changes_of_two_projects_do() -> None:
    """One project does not wait for another."""
    assert _told(ONE, OTHER) == ["0.0", "1.0", "0.1", "1.1", "0.2", "1.2"]


def test_a_change_that_fails_lets_the_next_one_in() -> None:
    """An error comes through, and holds nobody up."""

    async def steps() -> Response:
        in_turn = InProcess(Clock())

        async def broken(_: Journal) -> Response:
            raise RuntimeError("broken")

        async def sound(_: Journal) -> Response:
            return Response(204)

        with pytest.raises(RuntimeError):
            await in_turn(ONE, _change(broken))
        return await in_turn(ONE, _change(sound))

    assert run(steps()).status == 204
