"""px believes no private file that another user or a checkout may have made, whichever reads it."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import pytest

from px.errors import Usage
from px.keys import recovery
from px.project import git, private_files
from px.project.master_key import MasterKey
from px.testing.dev_server import TestDevServer
from support.px_process import CANARY, Px
from support.template_project import write_project

SOMEBODY: Final = 12345
KEY: Final = "old:" + "A" * 43 + "="
RECOVERY: Final = recovery.seal(
    MasterKey(*KEY.split(":")),
    "w",
    "a passphrase",
    now=datetime(2026, 1, 1, tzinfo=UTC),
    random=lambda size: bytes(size),
    cost=1 << 15,
)
IGNORED: Final = ".env.*\n.dev.vars\n.px/\n"
CREATE: Final = ("secret", "create", "A", "--stdin")
DRY_RUN: Final = ("deploy", "--dry-run")
ROTATE: Final = ("key", "rotate")
RECOVER: Final = ("key", "recover", ".px/recovery-w.json", "--passphrase-stdin", "--local")
DOCTOR: Final = ("doctor",)
IMPORT: Final = ("secret", "import", ".env.secrets")
RUN: Final = ("run", "--", "printenv", "A")

READERS: Final = {
    ".px/local.json": [CREATE, ROTATE, ("dev",), DOCTOR],
    ".env.deploy": [CREATE, DRY_RUN, ROTATE, DOCTOR],
    ".dev.vars": [ROTATE, ("dev",), RECOVER, DOCTOR],
    ".px/rotation.json": [ROTATE, DOCTOR],
    ".px/deploy.json": [DRY_RUN, DOCTOR],
    ".env.secrets": [IMPORT, RUN, DOCTOR],
    ".px/recovery-w.json": [RECOVER, DOCTOR],
}


def _chown(path: Path) -> None:
    os.chown(path, SOMEBODY, SOMEBODY)


def _link_to(path: Path) -> Path:
    """The file is elsewhere now, and a link leads to it."""
    target = path.rename(path.parent / "elsewhere")
    path.symlink_to(target.name)
    return target


def _foreign_link(path: Path) -> None:
    _link_to(path)
    os.chown(path, SOMEBODY, SOMEBODY, follow_symlinks=False)


def _fifo(path: Path) -> None:
    path.unlink()
    os.mkfifo(path, 0o600)


def _directory(path: Path) -> None:
    path.unlink()
    path.mkdir(0o700)


def _tracked(path: Path) -> None:
    subprocess.run(["git", "add", "-f", path.name], cwd=path.parent, check=True)


FAULTS: Final[dict[str, Callable[[Path], None]]] = {
    "another user's": _chown,
    "another user can write": lambda path: path.chmod(0o660),
    "anybody can write": lambda path: path.chmod(0o602),
    "another user's link": _foreign_link,
    "a link to another user's": lambda path: _chown(_link_to(path)),
    "a named pipe": _fifo,
    "a folder": _directory,
    "git tracks it": _tracked,
    "in another user's .px": lambda path: _chown(path.parent),
    "in a .px that others write to": lambda path: path.parent.chmod(0o770),
}
MAY_BE_TRACKED: Final = (".env.secrets", ".px/recovery-w.json")
CASES: Final = [
    pytest.param(name, fault, words, id=f"{name}-{fault}-{words[0]} {words[-1]}")
    for name, readers in READERS.items()
    for words in readers
    for fault in FAULTS
    if (".px" not in fault or name.startswith(".px/"))
    and not (fault == "git tracks it" and name in MAY_BE_TRACKED)
]


@pytest.fixture
def project(tmp_path: Path, server: TestDevServer) -> Path:
    """A project whose files are all in order, so that each fault is the only one."""
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    write_project(tmp_path, "w")
    (tmp_path / ".gitignore").write_text(IGNORED)
    (tmp_path / ".px").mkdir(0o700)
    return tmp_path


def write(project: Path, server: TestDevServer, *names: str) -> None:
    pair = {"url": server.url, "token": server.token}
    texts = {
        ".px/local.json": json.dumps(pair),
        ".env.deploy": f"PX_URL={server.url}\nPX_TOKEN={server.token}\nCLOUDFLARE_API_TOKEN=x\n",
        ".dev.vars": f'MASTER_KEYS="{KEY}"\n',
        ".px/rotation.json": json.dumps(
            {"origin": server.url, "keyId": "k", "key": KEY.partition(":")[2], "placed": False}
        ),
        ".px/deploy.json": json.dumps({"worker": "w", "token": server.token, "sent": True}),
        ".env.secrets": f"A={CANARY}\n",
        ".px/recovery-w.json": RECOVERY.decode(),
    }
    for name in names:
        (project / name).touch(0o600)
        (project / name).write_text(texts[name])


@pytest.mark.parametrize(("name", "fault", "words"), CASES)
def test_no_command_believes_a_file_that_others_may_have_made(
    project: Path, server: TestDevServer, name: str, fault: str, words: tuple[str, ...]
) -> None:
    """Each file, each fault, each command that reads it: refused by name, with a way out.

    Nothing is written at the server, and what the file holds is not shown.
    """
    around = {".env.deploy"} if words == DRY_RUN else {".px/local.json", ".dev.vars"}
    around |= {".px/recovery-w.json"} if words == RECOVER else set()
    write(project, server, *sorted(around | {name}))
    FAULTS[fault](project / name)

    done = Px(project).run(*words, stdin=CANARY.encode())

    said = done.stdout + done.stderr
    assert done.returncode in (1, 2, 5)  # 5: px dev, which watches the file itself
    assert name in said or (".px" in fault and ".px" in said)
    assert "chown" in said or "chmod" in said or "git rm" in said or "move" in said
    assert [call for call in server.calls if call.method != "GET"] == []
    assert CANARY not in said
    assert server.token not in said


@pytest.mark.parametrize("words", [CREATE, IMPORT, RUN, DOCTOR], ids=" ".join)
def test_a_project_in_order_is_believed(
    project: Path, server: TestDevServer, words: tuple[str, ...]
) -> None:
    """The same project without a fault."""
    write(project, server, ".px/local.json", ".dev.vars", ".env.secrets")

    assert Px(project).run(*words, stdin=b"x").returncode == 0


def test_a_link_of_ones_own_is_followed(project: Path, server: TestDevServer) -> None:
    """To a file that several projects share."""
    write(project, server, ".env.deploy")
    _link_to(project / ".env.deploy")

    assert Px(project).run(*CREATE, stdin=b"x").returncode == 0


def test_a_file_in_a_folder_of_anothers_is_not_believed(
    project: Path, server: TestDevServer
) -> None:
    """px that is run as root in somebody's checkout sends nothing to his server."""
    write(project, server, ".px/local.json")
    for path in (project, project / ".px", project / ".px/local.json", project / "wrangler.toml"):
        _chown(path)

    done = Px(project).run(*CREATE, stdin=b"x")

    assert (done.returncode, server.calls) == (2, [])
    assert "belongs to another user (uid 12345)" in done.stderr
    assert "hint: look at what is in it; if you trust it: sudo chown " in done.stderr


def test_under_sudo_the_callers_files_are_believed(project: Path, server: TestDevServer) -> None:
    """As git does: whoever may become root is no stranger to root."""
    write(project, server, ".env.deploy")
    _chown(project / ".env.deploy")

    px = Px(project, {"SUDO_UID": str(SOMEBODY)})

    assert px.run(*CREATE, stdin=b"x").returncode == 0


@pytest.mark.parametrize("where", ["worktree", "submodule"])
def test_git_is_asked_in_the_files_own_repository(
    project: Path, tmp_path_factory: pytest.TempPathFactory, where: str
) -> None:
    """A linked worktree and a submodule have an index of their own."""
    folder = tmp_path_factory.mktemp("other") / "checkout"
    commit = ["-c", "user.name=t", "-c", "user.email=t@t", "commit", "-qm", "c", "--allow-empty"]
    subprocess.run(["git", *commit], cwd=project, check=True)
    words = {
        "worktree": ["worktree", "add", "-q", str(folder)],
        "submodule": ["clone", "-q", str(project), str(folder)],
    }
    subprocess.run(["git", *words[where]], cwd=project, check=True)
    if where == "submodule":
        add = ["-c", "protocol.file.allow=always", "submodule", "add", "-q", str(folder), "sub"]
        subprocess.run(["git", *add], cwd=project, check=True)
        folder = project / "sub"
    (folder / ".env.deploy").touch(0o600)

    before = private_files.read(folder / ".env.deploy")
    _tracked(folder / ".env.deploy")

    assert before == b""
    with pytest.raises(Usage, match="git tracks it"):
        private_files.read(folder / ".env.deploy")


def test_a_folder_px_that_git_has_as_a_link_is_not_believed(
    project: Path, server: TestDevServer
) -> None:
    """git cannot name a file behind a link, and still brought it."""
    (project / ".px").rename(project / "inside")
    (project / ".px").symlink_to("inside")
    write(project, server, ".px/local.json")
    subprocess.run(["git", "add", "-f", ".px"], cwd=project, check=True)

    assert "git tracks it" in Px(project).run(*CREATE, stdin=b"x").stderr


@pytest.mark.parametrize(
    "variable", ["GIT_DIR", "GIT_INDEX_FILE", "GIT_WORK_TREE", "GIT_COMMON_DIR"]
)
def test_a_hooks_variables_do_not_change_the_answer(
    project: Path, tmp_path_factory: pytest.TempPathFactory, server: TestDevServer, variable: str
) -> None:
    """git sets them for a hook, and they may be of another repository."""
    other = tmp_path_factory.mktemp("other")
    subprocess.run(["git", "init", "-q"], cwd=other, check=True)
    write(project, server, ".env.deploy")
    _tracked(project / ".env.deploy")

    found = {"GIT_WORK_TREE": other, "GIT_INDEX_FILE": other / "index"}.get(
        variable, other / ".git"
    )
    px = Px(project, {variable: str(found)})

    assert "git tracks it" in px.run(*CREATE, stdin=b"x").stderr
    assert px.run(*DRY_RUN).returncode != 0
    assert "tracks .env.deploy" in px.run("doctor").stdout


def test_a_repository_that_git_does_not_trust_is_not_taken_for_none(
    project: Path, server: TestDevServer
) -> None:
    """px cannot tell what git has there: it says so, and what would change that."""
    write(project, server, ".env.deploy")
    for path in (project, project / ".git"):
        _chown(path)

    done = Px(project).run(*CREATE, stdin=b"x")
    dry = Px(project).run(*DRY_RUN)

    assert (done.returncode, server.calls) == (2, [])
    assert "the repository belongs to another user" in done.stderr
    assert "safe.directory" in done.stderr
    assert dry.returncode == 2


EXECUTED: Final = {
    "core.fsmonitor": "{}",
    "core.hooksPath": "hooks",
    "core.sshCommand": "{}",
    "core.pager": "{}",
    "pager.ls-files": "{}",
    "core.editor": "{}",
    "alias.ls-files": "!{}",
    "alias.check-ignore": "!{}",
    "filter.x.clean": "{}",
    "filter.x.process": "{}",
    "diff.external": "{}",
    "credential.helper": "!{}",
    "gpg.program": "{}",
    "include.path": "more",
}


@pytest.mark.parametrize("words", [DOCTOR, CREATE, DRY_RUN], ids=" ".join)
def test_no_program_of_a_repositorys_configuration_is_run(
    project: Path, server: TestDevServer, words: tuple[str, ...]
) -> None:
    """Whatever git could be told to run there, px has it run nothing."""
    write(project, server, ".env.deploy", ".env.secrets")
    program, ran = project / "program", project / "ran"
    program.write_text(f'#!/bin/sh\necho "$0" "$@" >> {ran}\n')
    program.chmod(0o755)
    (project / "hooks").mkdir()
    (project / "hooks" / "post-index-change").symlink_to(program)
    (project / ".gitattributes").write_text("* filter=x diff=x\n")
    for name, text in EXECUTED.items():
        subprocess.run(["git", "config", name, text.format(program)], cwd=project, check=True)
    (project / ".git" / "more").write_text(f"[core]\nfsmonitor = {program}\n")

    Px(project).run(*words, stdin=b"x")

    assert not ran.exists()


def test_a_folder_that_looks_like_a_repository_is_none(project: Path) -> None:
    """A checkout can hold a bare repository, whose configuration it then brings."""
    ran, sub = project / "ran", project / "sub"
    subprocess.run(["git", "init", "-q", "--bare", sub], check=True)
    for name, text in (("core.bare", "false"), ("core.worktree", str(sub))):
        subprocess.run(["git", "--git-dir", sub, "config", name, text], check=True)
    subprocess.run(
        ["git", "--git-dir", sub, "config", "core.fsmonitor", f"touch {ran};"], check=True
    )

    with pytest.raises(Usage, match="git cannot read the repository"):
        git.tracked(sub, [".env.deploy"])

    assert not ran.exists()


def test_the_checkout_brings_no_git(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A `.` on the PATH finds no program there."""
    (project / "git").write_text("#!/bin/sh\ntouch ran\n")
    (project / "git").chmod(0o755)
    monkeypatch.chdir(project)
    monkeypatch.setenv("PATH", f".::{os.environ['PATH']}")

    assert git.tracked(project, [".env.deploy"]) == []
    assert not (project / "ran").exists()
