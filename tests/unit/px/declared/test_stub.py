"""The types of secrets' names: what a type checker makes of them."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
import venv
from pathlib import Path

import pytest

from px.declared.stub import MODULE, STUB, write_types
from px.library import Library
from px.new.files import project_files
from support.source import WORKER

LIBRARY = Library("library-1-py3-none-any.whl", b"wheel", "")


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """As `px new` writes it, with the library of this checkout installed beside it."""
    root = tmp_path_factory.mktemp("project")
    venv.create(root / ".venv")
    [packages] = (root / ".venv" / "lib").glob("python*/site-packages")
    shutil.copytree(WORKER / "positronic", packages / "positronic")
    for name, content in project_files("shop", LIBRARY, LIBRARY).items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return root


def mypy(project: Path) -> tuple[int, str]:
    """mypy with the settings of the project's own pyproject.toml."""
    python = project / ".venv" / "bin" / "python"
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--no-error-summary", "--python-executable", python],
        cwd=project,
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def test_a_checker_refuses_a_misspelt_name_and_accepts_the_others(project: Path) -> None:
    """In every way to ask for one, also in the test's own secrets; what px wrote has no error."""
    assert mypy(project) == (0, "")
    brain = project / "worker" / "brains" / "hello.py"
    right = brain.read_text()
    brain.write_text(
        right + "\n\nasync def wrong(secrets: Secrets) -> None:\n"
        '    await secrets.get("OPENAI_API_KEI")\n'
        '    await secrets.get("OPENAI_API_KEI", None)\n'
        '    await secrets.get_many(["OPENAI_API_KEI"])\n'
        '    await secrets.exists("OPENAI_API_KEI")\n'
        '    await secrets.get_many(["OPENAI_API_KEY", "DATABASE_URL"])\n'
        '    (await secrets.get("OPENAI_API_KEY", "")).strip()\n'
    )
    test = project / "tests" / "test_hello.py"
    test.write_text(test.read_text().replace('"OPENAI_API_KEY":', '"OPENAI_API_KEI":'))

    code, told = mypy(project)

    start = right.count("\n") + 3
    wrong = [f"worker/brains/hello.py:{start + number}: error:" for number in range(1, 5)]
    errors = [line for line in told.splitlines() if " error: " in line]
    assert code == 1
    assert [line for line in errors if line.startswith("tests/test_hello.py")] != []
    assert [one for one in wrong if one not in told] == []
    assert f"hello.py:{start + 5}: error" not in told
    assert f"hello.py:{start + 6}: error" not in told


def test_the_stub_is_replaced_and_the_module_is_kept(tmp_path: Path) -> None:
    """A project may add to its module; both can be read by all."""
    write_types(tmp_path, ["B", "A", "B"])
    (tmp_path / MODULE).write_text("MINE = 1\n")

    write_types(tmp_path, ["C"])

    assert (tmp_path / MODULE).read_text() == "MINE = 1\n"
    assert 'SecretName = Literal[\n    "C",\n]' in (tmp_path / STUB).read_text()
    assert {stat.S_IMODE((tmp_path / name).stat().st_mode) for name in (MODULE, STUB)} == {0o644}
    assert len([*(tmp_path / "worker").iterdir()]) == 2


def test_without_a_name_any_is_right(tmp_path: Path) -> None:
    write_types(tmp_path, [])

    assert "SecretName = str\n" in (tmp_path / STUB).read_text()
