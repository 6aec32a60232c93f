"""`px run`: what its file may set, stdin as its file, and scripts without a first line."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from support.px_process import CANARY, Px

STEERING = ["PATH", "LD_PRELOAD", "LD_LIBRARY_PATH", "DYLD_INSERT_LIBRARIES", "PYTHONPATH"]
STEERING += ["PYTHONSTARTUP", "NODE_OPTIONS", "BASH_ENV", "ENV", "GIT_SSH_COMMAND", "GIT_DIR"]
STEERING += ["PERL5OPT", "RUBYOPT", "JAVA_TOOL_OPTIONS", "IFS", "SHELLOPTS", "path", "Ld_Preload"]
STEERING += ["KUBECONFIG", "DOCKER_CONFIG", "SSH_SK_PROVIDER", "PSQLRC", "AWS_PAGER", "KUBE_EDITOR"]
STEERING += ["SSLKEYLOGFILE", "GUNICORN_CMD_ARGS", "R_LIBS_USER", "GCC_EXEC_PREFIX", "VIMINIT"]
HARMLESS = ["API_PATH", "LOAD_KEY", "MY_LD_PRELOAD", "DIGIT", "ENVIRONMENT", "NPM_TOKEN", "PX"]
HARMLESS += ["AWS_SECRET_ACCESS_KEY", "DATABASE_URL", "PGPASSWORD", "NODE_ENV", "GH_TOKEN"]
HARMLESS += ["ANSIBLE_VAULT_PASSWORD", "SSH_PRIVATE_KEY", "PAGER_DUTY_KEY", "DOCKER_PASSWORD"]


@pytest.fixture
def px(tmp_path: Path) -> Px:
    """A folder, told of no server."""
    return Px(tmp_path)


def write(folder: Path, text: str) -> None:
    (folder / ".env.secrets").write_text(text)
    (folder / ".env.secrets").chmod(0o600)


@pytest.mark.parametrize("name", STEERING)
def test_the_file_sets_nothing_that_steers_programs(px: Px, name: str) -> None:
    """Whoever can write to it could run code in every command; nothing is run, the name is told."""
    write(px.folder, f"A={CANARY}\n{name}=/tmp/{CANARY}\n")

    done = px.run("run", "--", "touch", "ran")

    assert (done.returncode, (px.folder / "ran").exists()) == (2, False)
    assert done.stderr.startswith(f"error: the file sets {name}, ")
    assert f"--allow {name}" in done.stderr
    assert CANARY not in done.stderr


def test_it_does_when_somebody_says_so_by_name(px: Px) -> None:
    """One name allows itself alone."""
    write(px.folder, f"PYTHONPATH={CANARY}\nGIT_DIR={CANARY}\n")
    look = ["printenv", "PYTHONPATH", "GIT_DIR"]

    one = px.run("run", "--allow", "PYTHONPATH", "--", *look)
    both = px.run("run", "--allow", "PYTHONPATH", "--allow", "GIT_DIR", "--", *look)

    assert (one.returncode, "sets GIT_DIR, " in one.stderr) == (2, True)
    assert both.stdout == f"{CANARY}\n{CANARY}\n"


@pytest.mark.parametrize("name", HARMLESS)
def test_other_names_are_plain_data(px: Px, name: str) -> None:
    """Names that only look alike."""
    write(px.folder, f"{name}={CANARY}\n")

    assert px.run("run", "--", "printenv", name).stdout == f"{CANARY}\n"


def test_the_callers_own_environment_is_not_judged(px: Px) -> None:
    """PATH and the like come from there as ever."""
    write(px.folder, f"A={CANARY}\n")

    done = px.run("run", "--", "printenv", "PYTHONDONTWRITEBYTECODE", environment=_caller())

    assert done.stdout == "1\n"


def _caller() -> dict[str, str]:
    return {"PYTHONDONTWRITEBYTECODE": "1", "PATH": os.environ["PATH"]}


@pytest.mark.parametrize("sent", [f"A={CANARY}\n", f'{{"A": "{CANARY}"}}'])
def test_the_file_can_be_stdin(px: Px, sent: str) -> None:
    """`-`, as for import; the command finds an empty stdin, not what px left of its own."""
    done = px.run("run", "--file", "-", "--", "sh", "-c", "cat; echo $A", stdin=sent.encode())

    assert (done.returncode, done.stdout, done.stderr) == (0, f"{CANARY}\n", "")


def test_the_file_is_judged_as_by_import(px: Px) -> None:
    """One reader: a file of another tool becomes no command's environment."""
    write(px.folder, "A=ENC[AES256_GCM,data:x]\nsops_version=3\n")

    done = px.run("run", "--", "touch", "ran")

    assert (done.returncode, (px.folder / "ran").exists()) == (2, False)
    assert "SOPS" in done.stderr


def test_what_is_odd_is_told_and_run(px: Px) -> None:
    """A warning of a placeholder goes to stderr, the command runs."""
    write(px.folder, "A=changeme\n")

    done = px.run("run", "--", "printenv", "A")

    assert (done.returncode, done.stdout) == (0, "changeme\n")
    assert "warning: line 1: the value looks like a placeholder" in done.stderr


@pytest.mark.parametrize("command", ["./plain", "plain"])
def test_a_script_without_a_first_line_runs(px: Px, command: str) -> None:
    """By sh, as under `env`, with its arguments and the secrets."""
    write(px.folder, f"A={CANARY}\n")
    (px.folder / "plain").write_text('echo "$A" "$1" "$#"\nexit 7\n')
    (px.folder / "plain").chmod(0o755)
    path = f"{px.folder}:{os.environ['PATH']}"

    done = px.run("run", "--", command, "one word", "-x", environment={"PATH": path})

    assert (done.returncode, done.stdout) == (7, f"{CANARY} one word 2\n")


def test_what_is_no_text_is_no_script(px: Px) -> None:
    """A program for another machine is not read as commands."""
    write(px.folder, f"A={CANARY}\n")
    (px.folder / "other").write_bytes(b"\x7fELF\2\1\1\0" + b"\0" * 60)
    (px.folder / "other").chmod(0o755)

    done = px.run("run", "--", "./other")

    assert (done.returncode, "exec format error" in done.stderr) == (126, True)


def test_a_refused_file_is_told_in_the_words_of_a_run(px: Px) -> None:
    """Nothing was to be sent; and decrypting it leads to a run, not to an import."""
    done = px.run("run", "--file", "-", "true", stdin=b"A=ENC[AES256_GCM,data:x]\n")

    assert done.returncode == 2
    assert "is encrypted with SOPS; nothing was run\n" in done.stderr
    assert "| px run --file - -- CMD\n" in done.stderr


def test_a_command_line_in_one_word_is_told(px: Px) -> None:
    """px runs no shell."""
    done = px.run("run", "--file", "-", "--", "echo $A", stdin=f"A={CANARY}\n".encode())

    assert done.returncode == 127
    assert "hint: px does not run a shell: px run -- sh -c 'COMMAND LINE'\n" in done.stderr


def test_a_script_of_a_windows_editor_is_told(px: Px) -> None:
    """The kernel looks for an interpreter whose name ends in a carriage return."""
    script = px.folder / "script"
    script.write_bytes(b"#!/bin/sh\r\nexit 0\r\n")
    script.chmod(0o755)

    done = px.run("run", "--file", "-", "./script", stdin=f"A={CANARY}\n".encode())

    assert done.returncode == 126
    assert "its interpreter was not found: its first line ends in CRLF\n" in done.stderr
