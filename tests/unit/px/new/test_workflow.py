"""The workflow of a new project: what GitHub runs beside the credentials of a deploy."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from px.library import Library
from px.new.files import project_files

NONE: Final = Library("none.whl", b"", "")
TEXT: Final = project_files("shop", NONE, NONE)[".github/workflows/deploy.yml"].decode()
DEFAULT: Final = "github.ref_name == github.event.repository.default_branch"


@pytest.fixture(scope="module")
def jobs() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(TEXT)["jobs"]
    return found


def lint(text: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """zizmor at its strictest, which asks no network and reads no settings."""
    file = folder / ".github" / "workflows" / "deploy.yml"
    file.parent.mkdir(parents=True)
    file.write_text(text)
    program = Path(sys.executable).with_name("zizmor")
    options = ["--offline", "--no-config", "--no-ignores", "--strict-collection", "--no-progress"]
    return subprocess.run(
        [program, *options, "--persona=auditor", "--color=never", file],
        env={},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_linter_for_github_actions_finds_nothing(tmp_path: Path) -> None:
    """With the rules too that often cry wolf."""
    done = lint(TEXT, tmp_path)

    assert (done.returncode, "No findings to report" in done.stdout) == (0, True), done.stdout


@pytest.mark.parametrize(
    ("was", "becomes", "rule"),
    [
        ("@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1", "@v7", "unpinned-uses"),
        ("  pull_request:\n", "  pull_request_target:\n", "dangerous-triggers"),
        ("permissions: {}", "permissions: write-all", "excessive-permissions"),
        ("persist-credentials: false", "persist-credentials: true", "artipacked"),
        ("    environment: production\n", "", "secrets-outside-env"),
        (
            "px deploy\n",
            "px deploy ${{ github.event.head_commit.message }}\n",
            "template-injection",
        ),
    ],
)
def test_the_linter_would_find(was: str, becomes: str, rule: str, tmp_path: Path) -> None:
    """Otherwise its silence means nothing."""
    assert was in TEXT

    done = lint(TEXT.replace(was, becomes), tmp_path)

    assert done.returncode != 0
    assert f"[{rule}]" in done.stdout


def test_what_is_not_a_workflow_is_an_error(tmp_path: Path) -> None:
    """So the linter understood the whole file."""
    assert lint(TEXT.replace("    steps:", "    stepps:"), tmp_path).returncode != 0


def test_actions_are_named_by_commit() -> None:
    """All forty digits, with the version for people and for update tools."""
    used = re.findall(r"uses: (.*)", TEXT)

    assert used
    assert all(re.fullmatch(r"actions/[a-z-]+@[0-9a-f]{40} # v[\d.]+", one) for one in used)


def test_only_the_default_branch_is_deployed(jobs: dict[str, Any]) -> None:
    """Pushed, tested, and in the protected environment."""
    deploy = jobs["deploy"]
    conditions = deploy["if"].split(" && ")

    assert conditions == ["github.event_name == 'push'", "github.ref_type == 'branch'", DEFAULT]
    assert (deploy["needs"], deploy["environment"]) == ("test", "production")
    assert deploy["concurrency"]["cancel-in-progress"] is False
    assert "pull_request_target" not in TEXT


def test_the_credentials_are_in_one_step_alone(jobs: dict[str, Any]) -> None:
    """The last one of the deploy, in its environment, so that no script's text has them."""
    last = jobs["deploy"]["steps"][-1]

    assert last["run"] == ".venv/bin/px deploy"
    assert set(re.findall(r"secrets\.(\w+)", TEXT)) == {"CLOUDFLARE_API_TOKEN", "PX_TOKEN"}
    assert len(re.findall(r"\bsecrets\.", TEXT)) == len(
        [text for text in last["env"].values() if "secrets." in text]
    )


def test_a_job_may_read_the_code_and_no_more(jobs: dict[str, Any]) -> None:
    """Nor does git keep a token for later steps."""
    checkouts = [
        step
        for job in jobs.values()
        for step in job["steps"]
        if step.get("uses", "").startswith("actions/checkout@")
    ]

    assert yaml.safe_load(TEXT)["permissions"] == {}
    assert all(job["permissions"] == {"contents": "read"} for job in jobs.values())
    assert len(checkouts) == len(jobs)
    assert all(step["with"] == {"persist-credentials": False} for step in checkouts)


def test_nothing_comes_from_a_cache_or_without_a_hash(jobs: dict[str, Any]) -> None:
    """A cache may have been filled by a job that others control."""
    installs = [line for line in TEXT.splitlines() if "pip install" in line]

    assert not [step for job in jobs.values() for step in job["steps"] if "cache" in str(step)]
    assert len(installs) >= len(jobs)
    assert all("--require-hashes" in line and "--only-binary=:all:" in line for line in installs)
