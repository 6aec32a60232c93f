"""`.env.deploy`: whose it is, whether git sees it, and how px writes into it."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from px.errors import Refused, Usage
from px.project.env_deploy import DeployFile
from px.project.git import leaves_out
from px.project.workspace import Workspace

URL, TOKEN = "https://s.example.dev", "px_root_new"


def write(folder: Path, data: bytes, mode: int = 0o600) -> DeployFile:
    path = folder / ".env.deploy"
    path.write_bytes(data)
    path.chmod(mode)
    return DeployFile(folder, Workspace(folder))


def git(folder: Path, *words: str) -> None:
    subprocess.run(["git", "-C", folder, *words], check=True, capture_output=True)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644, 0o620, 0o601, 0o777])
def test_a_file_that_others_can_open_is_refused(tmp_path: Path, mode: int) -> None:
    """With what to do."""
    file = write(tmp_path, b"CLOUDFLARE_API_TOKEN=canary\n", mode)

    with pytest.raises(Refused, match="other users") as caught:
        file.read()

    assert caught.value.hint == "chmod 600 .env.deploy"


def test_a_file_that_does_not_parse_is_refused_with_its_line(tmp_path: Path) -> None:
    """As strictly as an import, and without what stands there."""
    with pytest.raises(Usage, match="a line that px cannot read") as caught:
        write(tmp_path, b"A=1\ncanary without equals\n").read()

    assert [detail.line for detail in caught.value.details] == [2]


def test_the_nearest_file_upwards_is_it(tmp_path: Path) -> None:
    """And without one, the project's root is where px makes it."""
    write(tmp_path, b"A=1\n")
    below = tmp_path / "a" / "b"
    below.mkdir(parents=True)

    assert DeployFile(below, Workspace(below)).read() == {"A": "1"}
    assert DeployFile(Path("/proc"), Workspace(below)).path == below / ".env.deploy"


def test_git_must_ignore_it(tmp_path: Path) -> None:
    """Not ignored: refused; ignored: fine; no repository: px cannot tell."""
    file = write(tmp_path, b"")
    outside = file.check_git()
    git(tmp_path, "init", "--quiet")
    with pytest.raises(Refused, match=r"git does not ignore \.env\.deploy"):
        file.check_git()
    (tmp_path / ".gitignore").write_text(".env.deploy\n")

    assert (outside, file.check_git()) == (False, True)


def test_a_file_that_git_has_already_is_not_ignored(tmp_path: Path) -> None:
    """Whatever .gitignore says: its credentials are in the history."""
    file = write(tmp_path, b"A=1\n")
    git(tmp_path, "init", "--quiet")
    git(tmp_path, "add", ".env.deploy")
    (tmp_path / ".gitignore").write_text(".env.deploy\n")

    assert leaves_out(file.path) is False


WRITTEN = {
    "nothing": (b"", "PX_URL={u}\nPX_TOKEN={t}\nPX_WORKER=w@1\n"),
    "comments": (
        b"# mine\nA=1  # one\n\nPX_URL=\nPX_TOKEN=\n# end\n",
        "# mine\nA=1  # one\n\nPX_URL={u}\nPX_TOKEN={t}\n# end\nPX_WORKER=w@1\n",
    ),
    "one of both": (b"PX_TOKEN=old\nB=2\n", "PX_TOKEN={t}\nB=2\nPX_URL={u}\nPX_WORKER=w@1\n"),
    "no final line end": (b"A=1", "A=1\nPX_URL={u}\nPX_TOKEN={t}\nPX_WORKER=w@1\n"),
    "it ends with one of them": (
        b"PX_URL=x\nPX_TOKEN=y",
        "PX_URL={u}\nPX_TOKEN={t}\nPX_WORKER=w@1\n",
    ),
    "other line ends": (
        b"A=1\r\nPX_URL=x\r\nB=2\r\n",
        "A=1\r\nPX_URL={u}\r\nB=2\r\nPX_TOKEN={t}\nPX_WORKER=w@1\n",
    ),
    "quotes and export": (
        b"export PX_URL='x'\nPX_TOKEN=\"a\nb\"\n",
        "PX_URL={u}\nPX_TOKEN={t}\nPX_WORKER=w@1\n",
    ),
    "a value of several lines": (
        b"A='x\nPX_URL=no\ny'\n",
        "A='x\nPX_URL=no\ny'\nPX_URL={u}\nPX_TOKEN={t}\nPX_WORKER=w@1\n",
    ),
    "empty lines before": (
        b"A=1\n\n\nPX_URL=x\n",
        "A=1\n\n\nPX_URL={u}\nPX_TOKEN={t}\nPX_WORKER=w@1\n",
    ),
    "twice": (b"PX_URL=x\nPX_URL=y\n", "PX_URL={u}\nPX_URL={u}\nPX_TOKEN={t}\nPX_WORKER=w@1\n"),
}


@pytest.mark.parametrize(("before", "after"), WRITTEN.values(), ids=WRITTEN)
def test_the_address_and_the_token_are_written_in_their_place(
    tmp_path: Path, before: bytes, after: str
) -> None:
    """Every other byte stays, the mode is the owner's alone, and px reads back what it wrote."""
    file = write(tmp_path, before)

    changed = file.remember(URL, TOKEN, "w@1")

    assert changed
    assert file.path.read_bytes().decode() == after.format(u=URL, t=TOKEN)
    assert file.path.stat().st_mode & 0o777 == 0o600
    found = file.read()
    assert (found["PX_URL"], found["PX_TOKEN"]) == (URL, TOKEN)
    assert not file.remember(URL, TOKEN, "w@1")


def test_a_file_that_is_missing_is_made(tmp_path: Path) -> None:
    """For CI, whose credentials stand in the environment."""
    file = DeployFile(tmp_path, Workspace(tmp_path))
    file.path.unlink(missing_ok=True)

    file.remember(URL, TOKEN, "w@1")

    assert file.path.read_text() == f"PX_URL={URL}\nPX_TOKEN={TOKEN}\nPX_WORKER=w@1\n"
    assert file.path.stat().st_mode & 0o777 == 0o600


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    """A file that several projects share is written, not replaced by a copy."""
    target = tmp_path / "shared"
    target.touch(0o600)
    (tmp_path / "p").mkdir()
    (tmp_path / "p" / ".env.deploy").symlink_to(target)

    file = DeployFile(tmp_path / "p", Workspace(tmp_path / "p"))
    file.remember(URL, TOKEN, "w@1")

    assert file.read() == {"PX_URL": URL, "PX_TOKEN": TOKEN, "PX_WORKER": "w@1"}
    assert (tmp_path / "p" / ".env.deploy").is_symlink()
    assert "PX_TOKEN" in target.read_text()
