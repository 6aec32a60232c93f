"""The README's examples, for CI and of a brain, do what they say."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

import yaml

from px.testing.dev_server import TestDevServer
from support.command_lines import CommandLines
from support.px_process import CANARY, PX, Px
from support.source import ROOT

README: Final = (ROOT / "README.md").read_text()


def job() -> dict[str, Any]:
    block = re.search(r"```yaml\n(.*?)```", README, re.DOTALL)
    assert block is not None
    found: dict[str, Any] = yaml.safe_load(block[1])["jobs"]["secrets"]
    return found


def filled(environment: dict[str, str], known: dict[str, str]) -> dict[str, str]:
    """As GitHub fills expressions in: what is not known is a canary."""
    names = {name: text.split(".")[1].split()[0] for name, text in environment.items()}
    return {name: known.get(wanted, CANARY) for name, wanted in names.items()}


def test_the_job_puts_its_secrets_in_and_shows_none(px: Px, server: TestDevServer) -> None:
    """Every step of it, with bash as on GitHub; no argument and no line of output holds a value."""
    px.environment |= {"PATH": f"{PX.parent}:{os.environ['PATH']}"}
    px.environment |= filled(job()["env"], server.environment)
    steps = [step for step in job()["steps"] if "px secret" in step.get("run", "")]

    with CommandLines() as lines:
        done = [
            Px(px.folder, px.environment | filled(step.get("env", {}), {})).shell(
                f"set -eo pipefail\n{step['run']}"
            )
            for step in steps
        ]

    assert [one.returncode for one in done] == [0] * len(steps)
    assert server.values() == {"OPENAI_API_KEY": CANARY, "DATABASE_URL": CANARY}
    assert not [one for one in lines.seen if CANARY.encode() in one]
    assert CANARY not in "".join(one.stdout + one.stderr for one in done)


def test_no_expression_stands_in_a_script() -> None:
    """GitHub would paste a secret into the text that it runs."""
    assert not [step for step in job()["steps"] if "${{" in step.get("run", "")]


def test_its_brain_passes_its_test(tmp_path: Path) -> None:
    """Both as they stand there: the brain in `brains/`, and a test that pytest runs."""
    section = README.split("\n## Run a brain\n")[1].split("\n## ")[0]
    _, brain, test = re.findall(r"```python\n(.*?)```", section, re.DOTALL)
    (tmp_path / "brains").mkdir()
    (tmp_path / "brains" / "hello.py").write_text(brain)
    (tmp_path / "test_hello.py").write_text(test)

    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_hello.py"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stdout.splitlines()[-1][:8]) == (0, "1 passed"), done.stdout


def test_every_file_it_leads_to_is_there() -> None:
    """No link of the documentation leads nowhere."""
    pages = [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")]
    targets = [
        page.parent / target
        for page in pages
        for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text())
    ]

    assert len(targets) > 5
    assert [target for target in targets if not target.exists()] == []
