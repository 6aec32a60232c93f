from __future__ import annotations

import hashlib
import io
import tarfile
import zipfile
from pathlib import Path

import pytest

from px.local.vendor import ensure_modules
from px.project.errors import LocalError
from px.project.workspace import Workspace


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache of px's with nothing in it."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "px"


@pytest.fixture
def wheels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that pip takes for its whole index, so that nothing is downloaded."""
    folder = tmp_path / "wheels"
    folder.mkdir()
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    return folder


def wheel(folder: Path, name: str, tag: str = "py3-none-any") -> str:
    """A minimal wheel with one module; its line for a requirements file."""
    path = folder / f"{name}-1.0-{tag}.whl"
    info = f"{name}-1.0.dist-info"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(f"{name}.py", "")
        archive.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        archive.writestr(
            f"{info}/WHEEL",
            f"Wheel-Version: 1.0\nGenerator: t\nRoot-Is-Purelib: true\nTag: {tag}\n",
        )
        archive.writestr(f"{info}/RECORD", "")
    return f"{name}==1.0 --hash=sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}\n"


def require(project: Workspace, *lines: str) -> None:
    project.requirements.parent.mkdir(exist_ok=True)
    project.requirements.write_text("".join(lines))


def test_packages_are_vendored_with_their_metadata_and_nothing_compiled(
    project: Workspace, wheels: Path
) -> None:
    """Modules and *.dist-info, no __pycache__: everything in there is uploaded."""
    require(project, wheel(wheels, "one", "cp314-cp314-pyemscripten_2026_0_wasm32"))

    assert ensure_modules(project)

    found = {path.name for path in project.python_modules.iterdir()}
    assert found == {"one.py", "one-1.0.dist-info"}


def test_fresh_packages_are_left_alone(project: Workspace, wheels: Path) -> None:
    """The second call does no work."""
    require(project, wheel(wheels, "one"))
    ensure_modules(project)

    assert not ensure_modules(project)


def test_changed_requirements_replace_the_whole_folder(project: Workspace, wheels: Path) -> None:
    """What is no longer required is gone."""
    require(project, wheel(wheels, "one"))
    ensure_modules(project)
    require(project, wheel(wheels, "two"))

    assert ensure_modules(project)

    assert not (project.python_modules / "one.py").exists()
    assert (project.python_modules / "two.py").exists()


def test_lent_packages_are_fresh_and_never_changed(
    project: Workspace, wheels: Path, tmp_path: Path
) -> None:
    """A link to another project's folder is used; when it is stale, only the link goes."""
    require(project, wheel(wheels, "one"))
    ensure_modules(project)
    borrower = Workspace(tmp_path / "borrower")
    borrower.root.mkdir()
    borrower.python_modules.symlink_to(project.python_modules)
    require(borrower, project.requirements.read_text())

    assert not ensure_modules(borrower)

    require(borrower, wheel(wheels, "two"))

    assert ensure_modules(borrower)
    assert (borrower.python_modules / "two.py").exists()
    assert (project.python_modules / "one.py").exists()
    assert not ensure_modules(project)


def test_a_package_with_another_hash_is_refused_and_the_old_ones_stay(
    project: Workspace, wheels: Path
) -> None:
    """A package that is not the pinned one is never put in place."""
    require(project, wheel(wheels, "one"))
    ensure_modules(project)
    require(project, f"one==1.0 --hash=sha256:{'0' * 64}\n")

    with pytest.raises(LocalError, match="could not be installed"):
        ensure_modules(project)

    assert (project.python_modules / "one.py").exists()


def test_a_package_without_a_hash_is_refused(project: Workspace, wheels: Path) -> None:
    """Every requirement is pinned by hash, or nothing is installed."""
    wheel(wheels, "one")
    require(project, "one==1.0\n")

    with pytest.raises(LocalError, match="could not be installed") as caught:
        ensure_modules(project)

    assert caught.value.message.endswith("one==1.0 is not pinned with a hash")
    assert not project.python_modules.exists()


def test_what_was_installed_once_needs_no_index(
    project: Workspace, wheels: Path, tmp_path: Path
) -> None:
    """Another project with the same pins is set up from px's cache."""
    require(project, wheel(wheels, "one"))
    ensure_modules(project)
    (wheels / "one-1.0-py3-none-any.whl").unlink()
    other = Workspace(tmp_path / "other")
    other.root.mkdir()
    require(other, project.requirements.read_text())

    assert ensure_modules(other)
    assert (other.python_modules / "one.py").exists()


def test_a_changed_wheel_in_the_cache_is_not_used(
    project: Workspace, wheels: Path, cache: Path, tmp_path: Path
) -> None:
    """The pinned hash holds for what is there too; the index has the right one."""
    require(project, wheel(wheels, "one"))
    ensure_modules(project)
    [kept] = (cache / "wheels").iterdir()
    with zipfile.ZipFile(kept, "a") as archive:
        archive.writestr("planted.py", "")
    other = Workspace(tmp_path / "other")
    other.root.mkdir()
    require(other, project.requirements.read_text())

    assert ensure_modules(other)
    assert not (other.python_modules / "planted.py").exists()


def test_a_wheel_beside_the_project_is_found_from_any_folder(
    project: Workspace, wheels: Path
) -> None:
    """By its relative path and its hash, as `px new` writes it."""
    line = wheel(wheels, "one")
    (project.root / "vendor").mkdir()
    (wheels / "one-1.0-py3-none-any.whl").rename(
        project.root / "vendor" / "one-1.0-py3-none-any.whl"
    )
    digest = line.partition(" ")[2]
    require(project, f"./vendor/one-1.0-py3-none-any.whl {digest}")

    assert ensure_modules(project)
    assert (project.python_modules / "one.py").exists()


def test_no_module_of_the_project_runs_in_pips_place(
    project: Workspace, wheels: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A clone may have one: neither the install nor the look at pip's settings loads it."""
    require(project, wheel(wheels, "one"))
    (project.root / "pip.py").write_text(f"open({str(project.root / 'ran')!r}, 'w')\n")
    monkeypatch.chdir(project.root)

    assert ensure_modules(project)
    assert (project.python_modules / "one.py").exists()
    assert not (project.root / "ran").exists()


BUILD = '[build-system]\nrequires = []\nbuild-backend = "evil"\nbackend-path = ["."]\n'


def test_nothing_of_the_project_is_built(project: Workspace, wheels: Path) -> None:
    """A folder or a source archive would run its own code; pip is not even started."""
    (project.root / "vendor").mkdir()
    backend = f"open({str(project.root / 'ran')!r}, 'w')\n"
    with tarfile.open(project.root / "vendor" / "evil-1.0.tar.gz", "w:gz") as archive:
        for name, text in (
            ("evil-1.0/evil.py", backend),
            ("evil-1.0/pyproject.toml", BUILD),
        ):
            member = tarfile.TarInfo(name)
            member.size = len(text)
            archive.addfile(member, io.BytesIO(text.encode()))
    evil = (project.root / "vendor" / "evil-1.0.tar.gz").read_bytes()
    digest = hashlib.sha256(evil).hexdigest()
    require(project, f"./vendor/evil-1.0.tar.gz --hash=sha256:{digest}\n")

    with pytest.raises(LocalError, match=r"that px does not install: \./vendor/evil"):
        ensure_modules(project)

    assert not (project.root / "ran").exists()


def test_missing_requirements_are_a_sentence(project: Workspace) -> None:
    """A project without requirements/worker.txt is told so."""
    with pytest.raises(LocalError, match=r"worker\.txt is missing"):
        ensure_modules(project)


@pytest.mark.parametrize(
    ("name", "text"),
    [("PIP_INDEX_URL", "http://127.0.0.1:9/simple"), ("PIP_PROXY", "http://127.0.0.1:9")],
)
def test_without_a_network_the_sentence_is_about_the_network(
    project: Workspace, wheels: Path, monkeypatch: pytest.MonkeyPatch, name: str, text: str
) -> None:
    """Not about a package that pip did not find for that."""
    require(project, wheel(wheels, "one"))
    for gone in ("PIP_NO_INDEX", "PIP_FIND_LINKS"):
        monkeypatch.delenv(gone)
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("PIP_RETRIES", "0")
    monkeypatch.setenv("PIP_INDEX_URL", "https://index.invalid/simple")
    monkeypatch.setenv(name, text)

    with pytest.raises(LocalError, match=r"cannot be reached: 127\.0\.0\.1, port 9$") as caught:
        ensure_modules(project)

    assert "check the network" in caught.value.hint


def test_what_surrounds_px_does_not_change_what_is_vendored(
    project: Workspace, wheels: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """pip's and Python's settings are for other programs."""
    require(project, wheel(wheels, "one"))
    for name in ("USER", "DRY_RUN", "REQUIRE_VIRTUALENV", "NO_DEPS", "PRE"):
        monkeypatch.setenv(f"PIP_{name}", "1")
    for name in ("PIP_CONSTRAINT", "PIP_PREFIX", "PIP_PLATFORM", "PYTHONPATH", "VIRTUAL_ENV"):
        monkeypatch.setenv(name, "/nowhere")
    monkeypatch.setenv("PIP_NO_BINARY", ":all:")

    assert ensure_modules(project)
    assert (project.python_modules / "one.py").exists()
