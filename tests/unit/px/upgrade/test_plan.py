from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from px import __version__
from px.declared import stub
from px.errors import Refused
from px.library import Library
from px.new.files import project_files
from px.new.pyproject import FILE, Pyproject
from px.project import together
from px.upgrade.plan import Plan, make
from support.contents import contents

OLD = Library("positronic_secrets-0.1.0-py3-none-any.whl", b"old", "one==1 --hash=sha256:0\n")
NOW = Library(f"positronic_secrets-{__version__}-py3-none-any.whl", b"now", "one==2\n")
PX = Library("positronic_secrets_px-1-py3-none-any.whl", b"px", "two==1\n")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A project of an older px: another library, another README, no workflow, fewer classes."""
    files = project_files("shop", OLD, PX)
    del files[".github/workflows/deploy.yml"]
    files["README.md"] = b"old\n"
    files["wrangler.toml"] = _fewer(files["wrangler.toml"])
    ours = Pyproject(files.pop(FILE).decode().replace(__version__, "0.1.0"))
    ours.forget(".github/workflows/deploy.yml")
    ours.remember(files)
    for name, content in {**files, FILE: ours.content()}.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return tmp_path


def _fewer(config: bytes) -> bytes:
    """Without the ledger, as deployed long ago."""
    text = config.decode()
    start = text.index("# A project's ledger")
    end = text.index("# Each run of a brain")
    text = text[:start] + text[end:]
    old = 'tag = "v1"\nnew_sqlite_classes = ["BrainRun"]'
    return text.replace(
        'tag = "v3"\nnew_sqlite_classes = ["BrainRun", "ProjectLedger"]', old
    ).encode()


def upgraded(root: Path) -> Plan:
    ours = Pyproject((root / FILE).read_text())
    plan = make(root, ours, _fresh(), _fields(root))
    with together.written(root, plan.contents):
        return plan


def test_what_px_wrote_is_replaced_and_the_old_library_goes(root: Path) -> None:
    """All that is new comes with it."""
    plan = upgraded(root)

    assert (root / "README.md").read_bytes() != b"old\n"
    assert (root / ".github" / "workflows" / "deploy.yml").is_file()
    assert sorted(path.name for path in (root / "vendor").iterdir()) == sorted([NOW.name, PX.name])
    assert (plan.beside, plan.paste) == ([], "")
    assert Pyproject((root / FILE).read_text()).template == __version__


def test_a_second_run_changes_nothing(root: Path) -> None:
    """Also with files that somebody changed."""
    (root / "README.md").write_text("mine\n")
    upgraded(root)
    before = contents(root)

    plan = upgraded(root)

    assert contents(root) == before
    assert (plan.replaced, plan.created, plan.removed, plan.beside) == ([], [], [], [])


def test_a_changed_file_stays_and_the_new_one_is_beside_it(root: Path) -> None:
    """Only if px has something new for it."""
    (root / "README.md").write_text("mine\n")
    (root / ".gitignore").write_text("mine\n")

    plan = upgraded(root)

    assert plan.beside == ["README.md.new"]
    assert (root / "README.md").read_text() == "mine\n"
    assert not (root / ".gitignore.new").exists()


def test_a_file_that_was_removed_stays_away(root: Path) -> None:
    """The first brain, for example."""
    (root / "worker" / "brains" / "hello.py").unlink()
    upgraded(root)

    assert not (root / "worker" / "brains" / "hello.py").exists()


def test_the_stub_of_secrets_is_created_and_then_left_to_its_command(root: Path) -> None:
    """`px secret types` writes it, from the project's own code."""
    path = root / stub.STUB
    path.unlink()
    created = upgraded(root).created
    path.write_text("mine\n")

    again = upgraded(root)

    assert stub.STUB in created
    assert path.read_text() == "mine\n"
    assert (again.beside, again.removed) == ([], [])


def test_requirements_that_were_changed_keep_their_library(root: Path) -> None:
    """They name it."""
    path = root / "requirements" / "worker.txt"
    path.write_text(f"{path.read_text()}mine==1 --hash=sha256:0\n")

    plan = upgraded(root)

    assert plan.beside == ["requirements/worker.txt.new"]
    assert (root / "vendor" / OLD.name).is_file()


def test_migrations_that_were_deployed_stay(root: Path) -> None:
    """A new one creates the classes that are new, once."""
    upgraded(root)
    found = tomllib.loads((root / "wrangler.toml").read_text())

    assert found["migrations"] == [
        {"tag": "v1", "new_sqlite_classes": ["BrainRun"]},
        {"tag": "v3", "new_sqlite_classes": ["ProjectLedger"]},
    ]
    assert [one["name"] for one in found["durable_objects"]["bindings"]] == [
        "PROJECT_LEDGER",
        "BRAIN_RUN",
    ]


def test_what_a_changed_config_lacks_is_there_to_paste(root: Path) -> None:
    """Pasted, it is complete: for each environment too, since none inherits a binding."""
    config = root / "wrangler.toml"
    config.write_text(f'{config.read_text()}\n[env.staging]\nname = "shop-staging"\n')

    plan = upgraded(root)

    assert plan.beside == ["wrangler.toml.new"]
    config.write_text(f"{config.read_text()}\n{plan.paste}")
    found = tomllib.loads(config.read_text())
    wanted = {"PROJECT_LEDGER", "BRAIN_RUN"}
    for table in (found, found["env"]["staging"]):
        assert {one["name"] for one in table["durable_objects"]["bindings"]} == wanted
    assert found["migrations"][-1] == {"tag": "v3", "new_sqlite_classes": ["ProjectLedger"]}
    assert upgraded(root).paste == ""


@pytest.mark.parametrize("names", ['__all__ = ["Default", "Mine"]\n', ""])
def test_what_a_changed_entry_lacks_is_there_to_paste(root: Path, names: str) -> None:
    """Pasted, workerd finds each class of the library beside the project's own."""
    entry = root / "worker" / "entry.py"
    own = "class Mine:\n    pass\n"
    entry.write_text(f"from positronic.cloudflare.entrypoint import Default\n\n{own}\n{names}")

    pasted = upgraded(root).paste_in_entry

    assert "import Default" not in pasted
    assert "import Secrets" in pasted
    assert ('"Secrets"]' in pasted) == bool(names)
    entry.write_text(entry.read_text() + pasted)
    assert upgraded(root).paste_in_entry == ""


def test_an_entry_as_px_wrote_it_lacks_nothing(root: Path) -> None:
    """It is replaced."""
    assert upgraded(root).paste_in_entry == ""


@pytest.mark.parametrize("name", ["README.md", "vendor", "requirements/worker.txt"])
def test_nothing_is_written_through_a_link(root: Path, tmp_path: Path, name: str) -> None:
    """It may lead out of the project; nothing at all changes."""
    elsewhere = tmp_path.with_name(f"{tmp_path.name}-elsewhere")
    (root / name).rename(elsewhere)
    (root / name).symlink_to(elsewhere)
    before = contents(root)

    with pytest.raises(Refused, match="is a link"):
        upgraded(root)

    assert contents(root) == before


@pytest.mark.parametrize("up", [True, False])
def test_a_file_outside_the_project_is_neither_read_nor_deleted(root: Path, *, up: bool) -> None:
    """A clone may name it as one that px wrote, with the right hash; nothing at all changes."""
    victim = root.with_name(f"{root.name}-bashrc")
    victim.write_bytes(b"mine\n")
    ours = Pyproject((root / FILE).read_text())
    ours.remember({f"../{victim.name}" if up else str(victim): b"mine\n"})
    (root / FILE).write_bytes(ours.content())
    before = contents(root)

    with pytest.raises(Refused, match="not in the project"):
        upgraded(root)

    assert victim.read_bytes() == b"mine\n"
    assert contents(root) == before


@pytest.mark.parametrize("name", ["../x", "worker/../../x", "/x"])
def test_nothing_is_written_outside_the_project(root: Path, name: str) -> None:
    """Whoever asks for it."""
    with pytest.raises(Refused) as caught, together.written(root, {name: b"new"}):
        pass

    assert caught.value.code == "outside_project"


def test_a_write_that_fails_brings_everything_back(root: Path) -> None:
    """As if it had not begun."""
    before = contents(root)
    plan = {"README.md": b"new", "vendor/x.whl": b"new", "README.md/below": b"cannot be"}

    with pytest.raises(OSError, match=r".*"), together.written(root, plan):
        pass

    assert contents(root) == before


def test_one_that_was_killed_half_way_can_be_run_again(root: Path) -> None:
    """Whatever it had written by then."""
    whole = make(root, Pyproject((root / FILE).read_text()), _fresh(), _fields(root))
    names = [*whole.contents]
    with together.written(root, {name: whole.contents[name] for name in names[: len(names) // 2]}):
        pass

    upgraded(root)
    after = contents(root)

    assert all(after.get(name) == content for name, content in whole.contents.items())


def _fresh() -> dict[str, bytes]:
    fresh = project_files("shop", NOW, PX)
    del fresh[FILE]
    return fresh


def _fields(root: Path) -> dict[str, object]:
    return tomllib.loads((root / "wrangler.toml").read_text())
