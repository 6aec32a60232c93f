"""A checkout that px cannot write to, a full disk, limits: one sentence with the path, no trace."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Final

import pytest

from px.testing.dev_server import TestDevServer
from support.px_process import PX, Px
from support.template_project import write_project

KEY: Final = "old:" + "A" * 43 + "="


@pytest.fixture
def project(tmp_path: Path, server: TestDevServer) -> Path:
    """A project with a local Worker's files, which TestDevServer stands for."""
    write_project(tmp_path)
    (tmp_path / ".px").mkdir(0o700)
    local = tmp_path / ".px" / "local.json"
    local.write_text(f'{{"url": "{server.url}", "token": "{server.token}"}}')
    (tmp_path / ".dev.vars").write_text(f'MASTER_KEYS="{KEY}"\n')
    (tmp_path / ".env.deploy").touch(0o600)
    return tmp_path


def run_on(project: Path, mount: str, *words: str) -> subprocess.CompletedProcess[str]:
    """px in a mount namespace of its own, where `mount` was run first."""
    script = f'{mount} && cd "$1" && shift && exec "$@"'
    return subprocess.run(
        ["unshare", "--mount", "sh", "-c", script, "sh", str(project), str(PX), *words],
        env={"PATH": os.environ["PATH"]},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


READ_ONLY: Final = 'mount --bind "$1" "$1" && mount -o remount,bind,ro "$1"'
FULL: Final = 'mount -t tmpfs -o size=4k,nr_inodes=2,mode=700 tmpfs "$1/.px"'


@pytest.mark.parametrize("words", [("dev",), ("key", "rotate")], ids=" ".join)
def test_a_read_only_checkout_is_a_sentence(project: Path, words: tuple[str, ...]) -> None:
    """What the system says, about which file, and what to do."""
    done = run_on(project, READ_ONLY, *words)

    assert done.returncode == 5
    assert f"px cannot use {project}/.px" in done.stderr
    assert "read-only file system" in done.stderr
    assert "use a writable checkout" in done.stderr


def test_an_environment_is_not_half_added_to_a_read_only_checkout(project: Path) -> None:
    """The file is named, and is as it was."""
    before = (project / "wrangler.toml").read_bytes()

    done = run_on(project, READ_ONLY, "env", "add", "staging")

    assert done.returncode == 5
    assert f"px cannot use {project}/wrangler.toml: read-only file system" in done.stderr
    assert (project / "wrangler.toml").read_bytes() == before


def test_what_only_reads_works_in_a_read_only_checkout(project: Path) -> None:
    """doctor and a list write nothing; nor does deploy --dry-run, until it asks Cloudflare."""
    doctor = run_on(project, READ_ONLY, "doctor")
    listed = run_on(project, READ_ONLY, "secret", "list")
    dry = run_on(project, READ_ONLY, "deploy", "--dry-run")

    assert "read-only" not in doctor.stdout + doctor.stderr
    assert listed.returncode == 0
    assert (dry.returncode, "CLOUDFLARE_API_TOKEN" in dry.stderr) == (2, True)


def test_a_full_disk_is_a_sentence(project: Path) -> None:
    """Named with the file, and with what to do."""
    done = run_on(project, f'{FULL} && touch "$1/.px/x"', "dev")

    assert done.returncode == 5
    assert f"px cannot use {project}/.px/dev.lock: no space left on device" in done.stderr
    assert "free some space" in done.stderr


@pytest.mark.parametrize("words", [("dev",), ("key", "rotate", "--no-recovery-file")], ids=" ".join)
def test_a_folder_that_px_may_not_write_to_is_a_sentence(
    project: Path, server: TestDevServer, words: tuple[str, ...]
) -> None:
    """As for any user but root: here root without its power over others' files."""
    (project / ".px" / "local.json").unlink()
    (project / ".px").rmdir()
    (project / "wrangler.toml").chmod(0o644)
    project.chmod(0o755)
    os.chown(project, 12345, 12345)
    environment = {"PATH": os.environ["PATH"], **server.environment, "CLOUDFLARE_API_TOKEN": "x"}

    done = subprocess.run(
        ["setpriv", "--bounding-set=-dac_override,-dac_read_search,-fowner", str(PX), *words],
        cwd=project,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert done.returncode == 5
    assert f"px cannot use {project}/.px: permission denied" in done.stderr
    assert "run px as the owner of this folder" in done.stderr


def test_a_file_that_cannot_grow_is_not_half_written(project: Path, server: TestDevServer) -> None:
    """The limit of this process on the size of a file: named with the file, the old one whole."""
    before = (project / ".dev.vars").read_bytes()

    done = Px(project).shell("ulimit -f 0; exec $PX key rotate")

    assert (project / ".dev.vars").read_bytes() == before
    assert (done.returncode, "file too large" in done.stderr) == (5, True)
    assert f"{project}/.px/rotation.json" in done.stderr
    assert sorted(path.name for path in (project / ".px").iterdir()) == [
        *("local.json", "rotation.lock")
    ]


@pytest.mark.parametrize("name", [".env.deploy", ".px/local.json"])
def test_a_link_to_itself_is_not_passed_over(project: Path, name: str) -> None:
    """It is named: another file of settings must not count in its place."""
    link = project / name
    link.unlink()
    link.symlink_to(link.name)

    done = Px(project).run("secret", "list")

    assert done.returncode == 2
    assert f"{Path(name).name}" in done.stderr
    assert "no server is set" not in done.stderr


def test_a_file_in_the_place_of_a_folder_is_told(tmp_path: Path) -> None:
    """With what to do."""
    write_project(tmp_path)
    (tmp_path / ".px").touch()

    done = Px(tmp_path).run("dev")

    assert done.returncode == 5
    assert "a file that is not a folder has that name: move it away" in done.stderr
