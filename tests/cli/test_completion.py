"""Shell completion: what a shell is told, and the cache of names behind it."""

from __future__ import annotations

import json
import os
import stat
import subprocess
from pathlib import Path

import pexpect
import pytest

from px.testing.dev_server import TestDevServer
from support.command_tree import COMMANDS, LEAVES
from support.px_process import CANARY, PX, Px

QUESTIONS = {
    "px sec": ["secret"],
    "px secret li": ["list"],
    "px secret delete K": ["K1", "K2"],
    "px secret exists K2": ["K2"],
    "px secret rm K": ["K1", "K2"],
    "px secret set --from-f": ["--from-file"],
    "px secret create --from-f": ["--from-file"],
    "px token create ci --role w": ["writer"],
    "px completion z": ["zsh"],
    "px secret delete --project other K": [],
    "px secret delete --url http://127.0.0.1:1 K": [],
    "px secret delete --url nonsense K": [],
    "px secret import x.e": [],
    "px secret list 'unclosed": [],
}


@pytest.fixture
def known(px: Px, server: TestDevServer) -> Px:
    """A home, and a cache that `px secret list` filled with K1, K2 and OTHER."""
    px.environment["HOME"] = str(px.folder)
    px.environment["PATH"] = f"{PX.parent}:{os.environ['PATH']}"
    server.seed({"K1": CANARY, "K2": CANARY, "OTHER": CANARY})
    px.run("secret", "list")
    server.calls.clear()
    return px


def cache(px: Px) -> list[Path]:
    return sorted((px.folder / ".cache" / "px").glob("*"))


def names(px: Px) -> list[str]:
    [file] = cache(px)
    return file.read_text().split()


def ask(px: Px, shell: str, line: str) -> subprocess.CompletedProcess[str]:
    """As the shell's script asks, with the cursor at the line's end."""
    if shell == "bash":
        words = line.split(" ")
        asked = {"COMP_WORDS": "\n".join(words), "COMP_CWORD": str(len(words) - 1)}
    else:
        asked = {"_TYPER_COMPLETE_ARGS": line, "_TYPER_COMPLETE_FISH_ACTION": "get-args"}
    return px.run(environment={"_PX_COMPLETE": f"complete_{shell}", **asked})


@pytest.mark.parametrize(("line", "answer"), QUESTIONS.items())
def test_commands_options_and_names_are_completed(
    known: Px, server: TestDevServer, line: str, answer: list[str]
) -> None:
    """One a line; nothing where nothing fits, so that the shell offers files; no word of talk."""
    done = ask(known, "bash", line)

    assert (done.stdout.split(), done.stderr, server.calls) == (answer, "", [])


def test_a_project_is_completed_from_the_last_list(px: Px, server: TestDevServer) -> None:
    """Of the server that the line names, without asking it."""
    px.environment["HOME"] = str(px.folder)
    px.run("secret", "create", "A", "--value", "x", "--project", "shop", "--create-project")
    px.run("project", "list")
    server.calls.clear()

    found = ask(px, "bash", "px secret list --project sh").stdout.split()
    elsewhere = ask(px, "bash", "px secret list --url http://127.0.0.1:1 --project sh").stdout

    assert (found, elsewhere, server.calls) == (["shop"], "", [])


def _takes_a_secret(path: tuple[str, ...]) -> bool:
    arguments = [one for one in COMMANDS[path].params if one.param_type_name == "argument"]
    return path[0] == "secret" and any((one.metavar or "").startswith("NAME") for one in arguments)


@pytest.mark.parametrize("path", [path for path in LEAVES if _takes_a_secret(path)], ids=" ".join)
def test_wherever_a_secret_is_named_its_name_is_completed(known: Px, path: tuple[str, ...]) -> None:
    """A new command's NAME takes `autocompletion=known_secret` from px.commands.options."""
    assert ask(known, "bash", f"px {' '.join(path)} K").stdout.split() == ["K1", "K2"]


@pytest.mark.parametrize(
    ("shell", "answer"),
    [
        ("bash", "K1\nK2\n"),
        ("fish", "K1\nK2\n"),
        ("zsh", '_arguments \'*: :(("K1"\n"K2"))\'\n'),
    ],
)
def test_each_shell_is_answered_as_it_expects(known: Px, shell: str, answer: str) -> None:
    """bash and fish read lines, zsh evaluates a call of its own completion system."""
    assert ask(known, shell, "px secret delete K").stdout == answer


@pytest.mark.parametrize(
    ("shell", "hooks"),
    [
        ("bash", ["complete -o default -F _px_completion px", "_PX_COMPLETE=complete_bash"]),
        ("zsh", ["#compdef px", "compdef _px_completion px", "_PX_COMPLETE=complete_zsh"]),
        ("fish", ["complete --command px", "_PX_COMPLETE=complete_fish"]),
    ],
)
def test_the_script_hooks_px_in(px: Px, shell: str, hooks: list[str]) -> None:
    """It calls px by name, and holds no path of this machine."""
    script = px.run("completion", shell).stdout

    assert [hook for hook in hooks if hook not in script] == []
    assert "/" not in script


def test_another_shell_is_usage(px: Px) -> None:
    """px says which ones it knows."""
    done = px.run("completion", "tcsh")

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "error: SHELL must be bash, zsh or fish\n"


def test_a_real_bash_completes_at_the_tab(known: Px) -> None:
    """Two keystrokes of a person, on a pseudo-terminal."""
    environment = {**known._environment(None), "TERM": "dumb", "PS1": "$ "}
    bash = pexpect.spawn(
        "bash", ["--norc", "-i"], cwd=str(known.folder), env=environment, encoding="utf-8"
    )
    bash.sendline('eval "$(px completion bash)"; echo o""k')
    bash.expect_exact("ok\r\n")
    bash.send("px secret exi\tOTH\t && echo d''one\n")

    bash.expect_exact("done\r\n", timeout=20)
    assert "px secret exists OTHER" in (bash.before or "")
    bash.close(force=True)


def test_a_keystroke_loads_no_http(known: Px) -> None:
    """Neither the client nor a socket, nor rich, which typer would take where it is installed."""
    words = {"COMP_WORDS": "px\nsecret\ndelete\n", "COMP_CWORD": "3"}
    asked = {"_PX_COMPLETE": "complete_bash", "PYTHONPROFILEIMPORTTIME": "1", **words}
    done = known.run(environment=asked)

    loaded = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    assert "px.completion.names" in loaded
    assert loaded & {"httpx", "httpcore", "socket", "ssl", "rich.text", "pydantic"} == set()


def test_the_cache_holds_names_for_its_owner_only(known: Px, server: TestDevServer) -> None:
    """No value, no token, no address; mode 600 in a folder of mode 700."""
    [file] = cache(known)

    assert file.read_text() == "K1\nK2\nOTHER\n"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert "127.0.0.1" not in file.name


def test_what_px_changes_is_known_at_once(known: Px) -> None:
    """create and import add, delete takes away, a refused call does neither."""
    (known.folder / "x.env").write_text("IMPORTED=1\n")
    known.run("secret", "create", "NEW", "--value", "x")
    known.run("secret", "import", "x.env")
    known.run("secret", "delete", "OTHER", "--yes")
    known.run("secret", "delete", "NEVER_THERE", "--yes")

    assert names(known) == ["IMPORTED", "K1", "K2", "NEW"]


def test_each_project_is_known_apart(known: Px) -> None:
    """By its name, or by the token's that opens it alone."""
    issued = known.run("token", "create", "ci", "--role", "writer", "--project", "shop")
    known.run("secret", "create", "ONLY_SHOP", "--value", "x", "--project", "shop")
    known.run("secret", "list", environment={"PX_TOKEN": issued.stdout.strip()})

    assert sorted(file.read_text() for file in cache(known)) == ["K1\nK2\nOTHER\n", "ONLY_SHOP\n"]


def test_the_cache_can_be_turned_off(known: Px) -> None:
    """PX_NO_CACHE: nothing is read, nothing is written."""
    known.environment["PX_NO_CACHE"] = "1"
    known.run("secret", "create", "NEW", "--value", "x")

    assert names(known) == ["K1", "K2", "OTHER"]
    assert ask(known, "bash", "px secret delete K").stdout.split() == []


def test_xdg_cache_home_is_honoured(known: Px, tmp_path: Path) -> None:
    """And a relative one is not, as its specification says."""
    known.run("secret", "list", environment={"XDG_CACHE_HOME": str(tmp_path / "elsewhere")})
    known.run("secret", "list", environment={"XDG_CACHE_HOME": "relative", "HOME": ""})

    assert len(list((tmp_path / "elsewhere" / "px").glob("*"))) == 1
    assert not (known.folder / "relative").exists()


def test_a_cache_somebody_wrote_to_cannot_steer_a_shell(known: Px) -> None:
    """What is no name is left out."""
    [file] = cache(known)
    file.write_text('K1\nK$(touch pwned)\nK`x`\nK"; x\nK\x1b[31m\nK 2\n')

    assert ask(known, "zsh", "px secret delete K").stdout == "_arguments '*: :((\"K1\"))'\n"
    file.write_bytes(b"\xff\xfe")
    assert ask(known, "bash", "px secret delete K").stdout.split() == []


@pytest.mark.parametrize(
    "harm",
    [
        "rm -r .cache; touch .cache",
        "rm .cache/px/*; ulimit -f 0",
        "rm -r .cache; ulimit -f 0",
        "rm -r .cache; unset HOME",
        "rm -r .cache; export HOME=/dev/null",
    ],
)
def test_a_cache_that_cannot_be_kept_stops_nothing(known: Px, harm: str) -> None:
    """A file in the way, a full disk, no home: the list comes, exit code 0, nothing on stderr."""
    done = known.shell(f'{harm}; "$PX" secret list | cat; exit "${{PIPESTATUS[0]}}"')

    assert (done.returncode, done.stderr) == (0, "")
    assert [line.split("\t")[0] for line in done.stdout.splitlines()] == ["K1", "K2", "OTHER"]
    assert [path for path in known.folder.rglob("names-*") if path.is_file()] == []


def test_a_named_pipe_in_the_caches_place_holds_nobody_up(known: Px) -> None:
    """XDG_CACHE_HOME may be a folder that others write to; the next list makes a file of it."""
    [file] = cache(known)
    file.unlink()
    os.mkfifo(file)

    assert ask(known, "bash", "px secret delete K").stdout.split() == []
    assert known.run("secret", "list").returncode == 0
    assert names(known) == ["K1", "K2", "OTHER"]


def test_json_has_the_script_in_it(px: Px) -> None:
    """For who installs it by program."""
    found = json.loads(px.run("completion", "fish", "--json").stdout)

    assert found["script"] + "\n" == px.run("completion", "fish").stdout
