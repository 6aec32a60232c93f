"""What README.md and docs/ show of px and of brains is what happens."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

import yaml
from pexpect import EOF

from px.testing.dev_server import TestDevServer
from support.command_lines import CommandLines
from support.px_process import CANARY, PX, Px
from support.source import ROOT

README: Final = (ROOT / "README.md").read_text()
BRAINS: Final = (ROOT / "docs" / "brains.md").read_text()


def job() -> dict[str, Any]:
    block = re.search(r"```yaml\n(.*?)```", README, re.DOTALL)
    assert block is not None
    found: dict[str, Any] = yaml.safe_load(block[1])["jobs"]["secrets"]
    return found


def filled(environment: dict[str, str], known: dict[str, str]) -> dict[str, str]:
    """As GitHub fills expressions in: what is not known is a canary."""
    names = {name: text.split(".")[1].split()[0] for name, text in environment.items()}
    return {name: known.get(wanted, CANARY) for name, wanted in names.items()}


def section(text: str, title: str) -> str:
    return text.split(f"\n## {title}\n")[1].split("\n## ")[0]


def blocks(text: str, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)


def normal(shown: str) -> list[str]:
    """Without what differs from run to run."""
    text = re.sub(r"http://127\.0\.0\.1:\d+", "<server>", shown.replace("\r", ""))
    text = re.sub("<server>( \\(local\\), project default|, its default project)", "<place>", text)
    text = re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d", "<time>", text)
    return [line.rstrip() for line in text.strip().splitlines()]


def test_the_job_puts_its_secrets_in_and_shows_none(px: Px, server: TestDevServer) -> None:
    """Every step of it, with bash as on GitHub; no argument and no line of output holds a value."""
    px.environment |= {"PATH": f"{PX.parent}:{os.environ['PATH']}"}
    steps = [step for step in job()["steps"] if "px secret" in step.get("run", "")]

    with CommandLines() as lines:
        done = [
            Px(px.folder, px.environment | filled(step.get("env", {}), server.environment)).shell(
                f"set -eo pipefail\n{step['run']}"
            )
            for step in steps
        ]

    assert [one.returncode for one in done] == [0] * len(steps)
    assert steps
    assert server.values() == {"OPENAI_API_KEY": CANARY, "DATABASE_URL": CANARY}
    assert not [one for one in lines.seen if CANARY.encode() in one]
    assert CANARY not in "".join(one.stdout + one.stderr for one in done)


def test_no_expression_stands_in_a_script() -> None:
    """GitHub would paste a secret into the text that it runs."""
    assert not [step for step in job()["steps"] if "${{" in step.get("run", "")]


def test_first_use_is_what_px_prints_on_a_terminal(px: Px) -> None:
    """The lines after `px dev`: the prompt, what creating says, and the list."""
    create = px.terminal("secret", "create", "OPENAI_API_KEY")
    create.expect_exact("(hidden): ")
    asked = create.before + create.after
    create.sendline(CANARY)
    create.expect(EOF)
    shown = asked + create.before
    listed = px.terminal("secret", "list")
    listed.expect(EOF)

    _, _, command, *made = normal(blocks(section(README, "First use"), "console")[0])

    assert command == "$ px secret create OPENAI_API_KEY"
    assert [*normal(shown), "$ px secret list", *normal(listed.before)] == made


def test_its_brain_passes_its_test(tmp_path: Path) -> None:
    """Both as they stand in docs/brains.md: the brain in `brains/`, and a test that pytest runs."""
    brain, test, *_ = blocks(section(BRAINS, "A brain of your own"), "python")
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


def test_the_readme_has_the_same_brain() -> None:
    """The one that is tested, but for a remark."""
    [shown] = blocks(section(README, "A brain"), "python")
    tested = blocks(section(BRAINS, "A brain of your own"), "python")[0]

    assert shown == re.sub(r"  # .*", "", tested)
