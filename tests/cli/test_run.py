"""`px run`: a command in px's place, with the local secrets in its environment."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from pathlib import Path

import pytest

from px.testing.dev_server import TestDevServer
from support.px_process import CANARY, PX, Px
from support.waiting import wait_until

SECRETS = {"A": f"{CANARY}-\U0001f511\u00fc", "B": "two\r\nlines\n", "C": "$HOME `id` '\"\\ "}
BIG = "x" * 65_536


@pytest.fixture
def px(tmp_path: Path) -> Px:
    """A folder with secrets, told of no server."""
    (tmp_path / ".env.secrets").write_text(json.dumps(SECRETS))
    return Px(tmp_path)


def environment(output: str) -> dict[str, str]:
    """What `env -0` printed."""
    return dict(pair.split("=", 1) for pair in output.split("\0") if pair)


def script(folder: Path, name: str, text: str, mode: int = 0o755) -> None:
    (folder / name).write_text(text)
    (folder / name).chmod(mode)


def test_the_environment_is_the_callers_and_the_secrets(px: Px) -> None:
    """Byte for byte, and nothing else: neither px nor its Python leaves a trace."""
    caller = {"PATH": os.environ["PATH"], "KEPT": "x", "A": "the file stands before it"}

    done = subprocess.run(
        [PX, "run", "--", "env", "-0"], cwd=px.folder, env=caller, capture_output=True, check=True
    )

    assert environment(done.stdout.decode()) == {**caller, **SECRETS}
    assert done.stderr == b""


@pytest.mark.parametrize("locale", ["C", "C.UTF-8", "POSIX", "xx_XX.ISO-8859-1"])
def test_the_locale_changes_nothing(px: Px, locale: str) -> None:
    """Secrets are UTF-8, and the caller's locale is passed on as it was."""
    done = px.run("run", "--", "env", "-0", environment={"LC_CTYPE": locale})

    found = environment(done.stdout)
    assert (found["A"], found["LC_CTYPE"]) == (SECRETS["A"], locale)


def test_no_server_is_asked(px: Px) -> None:
    """Not even one that the environment names; what the caller's environment holds stays there."""
    with TestDevServer() as server:
        done = px.run("run", "--", "printenv", "PX_TOKEN", environment=server.environment)

        assert (done.returncode, done.stdout, server.calls) == (0, f"{server.token}\n", [])


@pytest.mark.parametrize("code", [0, 1, 2, 77, 255])
def test_the_exit_code_is_the_commands(px: Px, code: int) -> None:
    """Whatever it is."""
    assert px.run("run", "sh", "-c", f"exit {code}").returncode == code


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_a_signal_ends_it_as_it_ends_the_command(px: Px, number: signal.Signals) -> None:
    """px is not in between: the process that was started is the command, with default signals."""
    with px.start("run", "--", "sh", "-c", "echo $$; exec sleep 60") as running:
        assert running.stdout is not None
        pid = int(running.stdout.readline())
        wait_until(lambda: b"sleep" in Path(f"/proc/{pid}/cmdline").read_bytes(), "sleep")

        running.send_signal(number)

        assert (running.wait(20), pid) == (-number, running.pid)


def test_shells_see_143(px: Px) -> None:
    """A command that ends by SIGTERM."""
    assert px.shell("\"$PX\" run -- sh -c 'kill $$'; exit $?").returncode == 143


def test_the_command_gets_the_callers_signals(px: Px) -> None:
    """Python ignores SIGPIPE; a command must not inherit that. Nothing is blocked."""
    look = ["grep", "-E", "Sig(Blk|Ign)", "/proc/self/status"]
    direct = subprocess.run(look, capture_output=True, text=True, check=True)
    done = px.run("run", "--", *look)

    assert done.stdout == direct.stdout
    assert not int(done.stdout.split()[-1], 16) >> (signal.SIGPIPE - 1) & 1


def test_a_reader_that_leaves_ends_the_command(px: Px) -> None:
    """`yes` ends by SIGPIPE, as it does without px."""
    done = px.shell('set -o pipefail; "$PX" run -- yes | head -1')

    assert (done.returncode, done.stderr) == (141, "")


def test_the_command_gets_px_streams_and_no_file_more(px: Px) -> None:
    """stdin goes through, and no descriptor of px's own is open."""
    done = px.run("run", "--", "sh", "-c", "cat; ls /proc/$$/fd", stdin=b"sent\n")

    sent, *descriptors = done.stdout.split()
    assert sent == "sent"
    assert {"0", "1", "2"} <= set(descriptors)
    assert {int(one) for one in descriptors} <= set(range(4)) | {int(n) for n in _inherited()}


def _inherited() -> list[str]:
    """What a command started from here gets without px."""
    return subprocess.run(
        ["sh", "-c", "ls /proc/$$/fd"], capture_output=True, text=True, check=True
    ).stdout.split()


@pytest.mark.parametrize(
    "arguments",
    [
        ["run", "--", "printf", "%s|", "--json", "--help", "-h", "--", "x"],
        ["run", "printf", "%s|", "--json", "--help", "-h", "--", "x"],
        ["run", "--file", ".env.secrets", "printf", "%s|", "--json", "--help", "-h", "--", "x"],
    ],
)
def test_options_of_the_command_are_its_own(px: Px, arguments: list[str]) -> None:
    """px takes none that stands behind the command's name, nor a second `--`."""
    assert px.run(*arguments).stdout == "--json|--help|-h|--|x|"


def test_a_json_flag_of_the_command_is_not_pxs(px: Px) -> None:
    """Behind `--` it does not turn px's own sentence into JSON."""
    done = px.run("run", "--", "no-such-command", "--json")

    assert (done.returncode, done.stderr) == (127, "error: the command was not found\n")


def test_arguments_arrive_byte_for_byte(px: Px) -> None:
    """Also those that are no UTF-8."""
    done = px.shell("\"$PX\" run -- printf '%s' $'\\xff\\xfe' | od -An -tx1")

    assert done.stdout.split() == ["ff", "fe"]


@pytest.mark.parametrize(
    ("command", "code", "words"),
    [
        ("no-such-command", 127, "the command was not found"),
        ("./no-such-command", 127, "the command was not found"),
        ("plain/x", 127, "the command was not found"),
        ("", 127, "the command was not found"),
        ("./plain", 126, "permission denied"),
        (".", 126, "permission denied"),
        ("./interpreter", 126, "its interpreter was not found"),
        ("interpreter", 126, "its interpreter was not found"),
        ("./no-program", 126, "exec format error"),
    ],
)
@pytest.mark.parametrize("json_flag", [[], ["--json"]])
def test_what_cannot_be_executed(
    px: Px, command: str, code: int, words: str, json_flag: list[str]
) -> None:
    """127 for what is not there, 126 for what is no program, as shells have it."""
    script(px.folder, "plain", "x", 0o644)
    script(px.folder, "interpreter", "#!/no/such/interpreter\n")
    script(px.folder, "no-program", "\x7f\n")
    path = f"{os.environ['PATH']}:{px.folder}"

    done = px.run("run", *json_flag, "--", command, environment={"PATH": path})

    sentence = json.loads(done.stderr)["error"] if json_flag else done.stderr
    assert (done.returncode, done.stdout) == (code, "")
    assert words in sentence
    assert CANARY not in done.stderr


def test_what_no_environment_can_hold(px: Px) -> None:
    """Too much for the system is a sentence too."""
    (px.folder / ".env.secrets").write_text("".join(f"N{n}={BIG}\n" for n in range(200)))

    done = px.run("run", "--", "true")

    assert (done.returncode, "too large" in done.stderr) == (126, True)


@pytest.mark.parametrize(
    ("content", "code"),
    [("A=1\nB\n", 2), ("A=\n", 2), ("A=1\nA=2\n", 2), (f"{CANARY}\n", 2), ("", 0), ("A=1", 0)],
)
def test_the_file_is_read_as_strictly_as_by_import(px: Px, content: str, code: int) -> None:
    """One bad line, and nothing is run."""
    (px.folder / ".env.secrets").write_text(content)

    done = px.run("run", "--", "touch", "ran")

    assert (done.returncode, (px.folder / "ran").exists()) == (code, code == 0)
    assert CANARY not in done.stderr


@pytest.mark.parametrize("file", [".env.deploy", "link", "sub/../.env.deploy", "nothing", CANARY])
def test_files_that_are_not_read(px: Px, file: str) -> None:
    """Deployment credentials never become a command's environment; no name is repeated."""
    (px.folder / ".env.deploy").write_text("CLOUDFLARE_API_TOKEN=x\n")
    (px.folder / "link").symlink_to(".env.deploy")
    (px.folder / "sub").mkdir()

    done = px.run("run", "--file", file, "--", "env")

    assert (done.returncode, done.stdout) == (2, "")
    assert CANARY not in done.stderr


def test_the_deploy_file_beside_it_is_not_read(px: Px) -> None:
    """What the command gets of `.env.deploy` is nothing."""
    (px.folder / ".env.deploy").write_text(f"CLOUDFLARE_API_TOKEN={CANARY}\nPX_TOKEN=half\n")

    assert "CLOUDFLARE_API_TOKEN" not in environment(px.run("run", "--", "env", "-0").stdout)


def test_without_a_file_it_is_the_projects(px: Px) -> None:
    """The one beside wrangler.toml, from below too; not one that lies further up."""
    inner = px.folder / "project" / "src"
    inner.mkdir(parents=True)
    outside = Px(inner).run("run", "--", "printenv", "A")
    (px.folder / "project" / "wrangler.toml").touch()
    (px.folder / "project" / ".env.secrets").write_text("A=project\n")

    inside = Px(inner).run("run", "--", "printenv", "A")

    assert (outside.returncode, outside.stdout) == (2, "")
    assert "there is no .env.secrets in this folder" in outside.stderr
    assert (inside.returncode, inside.stdout) == (0, "project\n")


@pytest.mark.parametrize("arguments", [[], ["--"], ["--file", ".env.secrets"], ["--unknown", "x"]])
def test_without_a_command_it_is_usage(px: Px, arguments: list[str]) -> None:
    """Exit code 2, and a sentence."""
    done = px.run("run", *arguments)

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("error: ")


@pytest.mark.parametrize("streams", [">&-", "2>&-", "<&-", "<&- >&- 2>&-"])
def test_closed_streams_stay_closed(px: Px, streams: str) -> None:
    """The command gets what px was given, and px needs none of them."""
    done = px.shell(f"\"$PX\" run -- sh -c 'exit 5' {streams}")

    assert (done.returncode, done.stdout, done.stderr) == (5, "", "")


def test_a_file_can_be_a_pipe(px: Px) -> None:
    """A password manager's output needs no file."""
    done = px.shell('"$PX" run --file <(echo A=piped) -- printenv A')

    assert done.stdout == "piped\n"


@pytest.mark.parametrize("command", ["run -- true", "doctor", "secret list"])
def test_a_folder_that_is_gone_is_a_sentence(px: Px, command: str) -> None:
    """px needs to know where it was called."""
    done = px.shell(f'mkdir gone; cd gone; rmdir ../gone; "$PX" {command}')

    assert done.returncode == 2
    assert done.stderr.startswith("error: the current folder no longer exists\n")
