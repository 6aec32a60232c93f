"""A brain whose cron is not in the configuration."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Final

import pytest

from px.declared.code import read_code
from px.declared.schedules import never_started
from px.deploy.asked import check_schedules
from px.project.environment import Environment
from px.project.workspace import Workspace

BRAINS: Final = """\
from positronic import brain

DAILY = brain("daily").with_schedule("0 6 * * *").step("Report", print)


@brain({"title": "hourly"}).with_harmless_parts("A").with_schedule(cron="17 * * * *").step("Ask")
def hourly(state):
    return state
"""


@pytest.fixture
def project(tmp_path: Path) -> Workspace:
    (tmp_path / "worker").mkdir()
    (tmp_path / "worker" / "all.py").write_text(BRAINS)
    return Workspace(tmp_path)


def never(project: Workspace, config: str) -> list[str]:
    (project.root / "wrangler.toml").write_text(config)
    return never_started(project, read_code(project))


def test_the_warning_names_the_brain_the_cron_and_what_to_paste(project: Workspace) -> None:
    assert never(project, '[triggers]\ncrons = ["17 * * * *"]\n') == [
        "worker/all.py line 3: the brain 'daily' never starts by itself; "
        'add "0 6 * * *" to `crons` of `triggers` in wrangler.toml'
    ]


def test_without_triggers_no_brain_starts(project: Workspace) -> None:
    """Where the code does not say the title as a text, the place says which."""
    first, second = never(project, "")

    assert "line 3: the brain 'daily' never" in first
    assert 'line 6: this brain never starts by itself; add "17 * * * *"' in second


def test_a_configuration_with_both_is_no_reason_to_warn(project: Workspace) -> None:
    assert never(project, '[triggers]\ncrons = ["0 6 * * *", "17 * * * *"]\n') == []


def test_an_unusable_configuration_is_told_elsewhere(project: Workspace) -> None:
    """Also one whose triggers are of the wrong form."""
    assert never(project, "[") == never(project, "triggers = 1\n") == []


def test_an_environments_own_crons_count(project: Workspace) -> None:
    """Those of the top level too, if it has none."""
    top = '[triggers]\ncrons = ["0 6 * * *", "17 * * * *"]\n'
    staging = replace(project, environment=Environment("staging"))

    assert never(staging, f"{top}[env.staging]\n") == []
    assert len(never(staging, f"{top}[env.staging.triggers]\ncrons = []\n")) == 2


def test_a_deploy_warns(project: Workspace) -> None:
    (project.root / "wrangler.toml").touch()
    said: list[str] = []

    check_schedules(project, read_code(project), said.append)

    assert [line.startswith("warning: worker/all.py line") for line in said] == [True, True]
