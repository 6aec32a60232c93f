"""What px finds in the text of a project's code, without running it."""

from __future__ import annotations

from pathlib import Path

import pytest

from px.declared.code import Place, read_code
from px.declared.uses import DeclaredUse, NotRead, read_uses
from px.project.workspace import Workspace


@pytest.mark.parametrize(
    ("text", "use"),
    [
        ('secrets.get("A")', DeclaredUse("A", 1)),
        ('await secrets.get("A")', DeclaredUse("A", 1)),
        ('x = await self.secrets.get(name="A")', DeclaredUse("A", 1)),
        ('context.secrets.get("A").strip()', DeclaredUse("A", 1)),
        ('secrets.get("A", None)', DeclaredUse("A", 1, is_optional=True)),
        ('secrets.get("A", default="x")', DeclaredUse("A", 1, is_optional=True)),
        ('secrets.exists("A")', DeclaredUse("A", 1, is_optional=True)),
        ('secrets.get_many(["A"])', DeclaredUse("A", 1)),
        ('secrets.get_many(names=("A",))', DeclaredUse("A", 1)),
        ('secrets.get_many({"A"})', DeclaredUse("A", 1)),
        ('\n\nsecrets.get(\n    "A"\n)', DeclaredUse("A", 4)),
        ('def f(s: BrainSecrets):\n return s.get("A")', DeclaredUse("A", 2)),
        ('def f(s: "positronic.BrainSecrets"):\n return s.get("A")', DeclaredUse("A", 2)),
        ('def f(s: Secrets):\n return s.get("A")', DeclaredUse("A", 2)),
        ('secrets.get("A" "B")', DeclaredUse("AB", 1)),
    ],
)
def test_a_literal_name_is_found(text: str, use: DeclaredUse) -> None:
    """With its line, and whether the code goes on without it."""
    found = read_uses(text.encode())

    assert (found.uses, found.unnamed, found.wrong) == ([use], [], [])


@pytest.mark.parametrize(
    "text",
    [
        "secrets.get(name)",
        'secrets.get(f"A_{x}")',
        'secrets.get("A" + x)',
        "secrets.get_many(names)",
        "secrets.get_many([*names])",
        "secrets.get_many(['A', name])",
    ],
)
def test_a_name_made_at_run_time_is_counted(text: str) -> None:
    assert read_uses(text.encode()).unnamed == [1]


@pytest.mark.parametrize(
    "text",
    [
        'options.get("A")',
        'state["secrets"].get("A")',
        'secrets.names("A")',
        "secrets.get()",
        'secrets["A"]',
        "\"secrets.get('A')\"",
        '# secrets.get("A")',
        'secrets.token_hex("A")',
    ],
)
def test_anything_else_is_no_use(text: str) -> None:
    """A dict's get, a text, a comment, the standard library's secrets."""
    found = read_uses(text.encode())

    assert (found.uses, found.unnamed, found.wrong) == ([], [], [])


@pytest.mark.parametrize("text", ['secrets.get("a-b")', 'secrets.get("POSITRONIC_X")'])
def test_what_can_be_no_name_is_wrong(text: str) -> None:
    """Its line is told, its text is not: it may be a value."""
    assert read_uses(text.encode()).wrong == [1]


@pytest.mark.parametrize("text", [b"def (", b"\0", b"\xff\xfe", b"x = '", b"(" * 100_000])
def test_text_that_is_no_python_is_not_read(text: bytes) -> None:
    with pytest.raises(NotRead):
        read_uses(text)


@pytest.fixture
def project(tmp_path: Path) -> Workspace:
    """Brains, code of others, and a file that would fail if px imported it."""
    texts = {
        "worker/brains/one.py": 'raise SystemExit(9)\nsecrets.get("ONE")\nsecrets.get(name)\n',
        "worker/brains/two.py": 'secrets.get("ONE")\nsecrets.get("TWO", "")\n',
        "worker/brains/broken.py": "x = 1\ndef (\n",
        "worker/notes.txt": 'secrets.get("NO")',
        "tests/test_one.py": 'secrets.get("NO")',
        **{
            f"worker/{name}/m.py": 'secrets.get("NO")\n'
            for name in ("vendor", "python_modules", ".venv", "node_modules", "__pycache__")
        },
    }
    for name, text in texts.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return Workspace(tmp_path)


def test_the_projects_own_code_is_read(project: Workspace) -> None:
    """All of worker/, without what others wrote; each name with its places."""
    found = read_code(project)

    assert found.required == {
        "ONE": [Place("worker/brains/one.py", 2), Place("worker/brains/two.py", 1)]
    }
    assert found.optional == {"TWO": [Place("worker/brains/two.py", 2)]}
    assert found.unnamed == [Place("worker/brains/one.py", 3)]
    assert found.unread == [Place("worker/brains/broken.py", 2)]


def test_what_px_cannot_learn_is_said(project: Workspace) -> None:
    assert read_code(project).doubts() == [
        "px cannot read worker/brains/broken.py as Python: see line 2",
        "1 use of secrets with names made at run time: px cannot check them",
    ]


def test_a_named_pipe_does_not_block(tmp_path: Path) -> None:
    """Nor a link that leads nowhere."""
    import os

    (tmp_path / "worker").mkdir()
    os.mkfifo(tmp_path / "worker" / "pipe.py")
    (tmp_path / "worker" / "gone.py").symlink_to("nowhere.py")

    assert [place.file for place in read_code(Workspace(tmp_path)).unread] == [
        "worker/gone.py",
        "worker/pipe.py",
    ]
