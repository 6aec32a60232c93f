"""After happy and unhappy px commands no value stands in what px said or in what it left behind.

The commands run in a project with `px dev`, so that all of these are searched: px's two streams
and its screen, `px dev`'s, the Worker's log, .px/, KV's files, and whatever else appeared in the
project's folder.
"""

from __future__ import annotations

import json

import httpx
import pytest
from dotenv import dotenv_values

from px.local.port import free_port
from px.project.local_state import read_local
from support.waiting import wait_until
from worker.canaries import fresh_canary, leaks
from worker.ledger_files import LedgerFiles
from worker.local_project import LocalProject
from worker.main_worker import MainWorker, ProjectApi, Secrets
from worker.px_canary_run import Run


def _happy(run: Run) -> None:
    run.px("stdin", "secret", "create", "A", "--stdin", stdin=run.canary("stdin"))
    file = run.file("file", run.canary("file") + "\r\nsecond\n\n")
    run.px("file", "secret", "create", "B", "--from-file", file)
    run.px("value", "secret", "create", "C", "--value", run.canary("value"))
    with run.prompt("prompt", "secret", "create", "D") as child:
        child.send(run.canary("prompt") + "\r")
    many = "".join(f'N{n:03}="{run.canary("import")} {n}\n"\n' for n in range(250))
    run.px("dry run", "secret", "import", run.file("import", many), "--dry-run")
    run.px("import", "secret", "import", run.file("import", many))
    run.px("list", "secret", "list")
    run.px("exists", "secret", "exists", "A")
    run.px("delete", "secret", "delete", "C", "--yes")


def _pushed(run: Run) -> None:
    secrets, talk = run.local.project.env_secrets, run.local.err
    secrets.write_text(f"PUSHED={run.canary('pushed')}\n")
    wait_until(lambda: "PUSHED" in run.local.names(), "the push")
    secrets.write_text(f"PUSHED={run.canary('bad push')}\n{run.canary('bad push line')}\n")
    wait_until(lambda: ".env.secrets was not pushed" in talk.read_text(), "the refusal")
    secrets.write_text(f"PUSHED={run.canary('pushed again')}\nPUSHED_AGAIN=x\n")
    wait_until(lambda: "PUSHED_AGAIN" in run.local.names(), "the second push")


def _misplaced(run: Run) -> None:
    """A value where something else belongs."""
    places = {
        "as name": ["create", "*", "--stdin"],
        "as bad name": ["create", "-*", "--stdin"],
        "as name with dash": ["create", "a-*", "--stdin"],
        "as another argument": ["create", "A", "*"],
        "as option": ["create", "A", "--*"],
        "as an option's value": ["create", "A", "--stdin=*"],
        "as file": ["create", "A", "--from-file", "*"],
        "as import": ["import", "*"],
        "as exists": ["exists", "a *"],
        "as delete": ["delete", "a *", "--yes"],
        "as url": ["list", "--url", "https://user:*@host.example"],
        "as path of url": ["list", "--url", "http://127.0.0.1:9/*"],
        "as project": ["list", "--project", "A *"],
        "as timeout": ["list", "--timeout", "*"],
        "as command": ["*"],
    }
    for what, words in places.items():
        # A name in another place than a name's may be said: only where it is none.
        canary = "0" + run.canary(what)[1:]
        run.canaries[what] = canary
        run.px(what, "secret", *(word.replace("*", canary) for word in words))


def _bad_values(run: Run) -> None:
    canary = run.canary
    run.px("too long", "secret", "create", "E", "--stdin", stdin=canary("too long") * 3000)
    run.px("NUL", "secret", "create", "E", "--stdin", stdin=canary("NUL") + "\0")
    latin = canary("not UTF-8").encode() + b"\xff"
    run.px("not UTF-8", "secret", "create", "E", "--stdin", stdin=latin)
    run.px("empty", "secret", "create", "E", "--stdin", stdin="\n")
    run.px("bad --value", "secret", "create", "E", "--value", canary("bad --value") * 3000)
    run.px("reserved", "secret", "create", "POSITRONIC_A", "--stdin", stdin=canary("reserved"))


def _bad_files(run: Run) -> None:
    files = {
        "no equals sign": "A=1\n*\n",
        "open quote": 'A="*\nB=*\n',
        "bad name": "1A=*\n* x=*\n",
        "twice": "A=*\nA=*\n",
        "NUL in a file": "A=*\0\n",
        "empty value": "*=\nA=*\n",
        "not UTF-8 file": "A=*\xff\n",
        "a pem file": "-----BEGIN KEY-----\n*==\n-----END KEY-----\n",
    }
    for what, content in files.items():
        file = run.file(what, content.replace("*", run.canary(what)).encode("latin-1"))
        run.px(what, "secret", "import", file)
        run.px(f"{what} in JSON", "secret", "import", file, "--json")
    deploy = run.inputs / ".env.deploy"
    deploy.write_text(f"A={run.canary('deploy')}\n")
    run.px("deploy", "secret", "import", deploy)


def _aborted(run: Run) -> None:
    with run.prompt("ctrl-c", "secret", "create", "E") as child:
        child.send(run.canary("ctrl-c"))
        child.sendintr()
    for what, text in {"pasted": "*\r*\r", "too long a line": "*" * 3000 + "\r"}.items():
        with run.prompt(what, "secret", "create", "E") as child:
            child.send(text.replace("*", run.canary(what)))
    with run.prompt("ctrl-c in lines", "secret", "create", "E", "--stdin") as child:
        child.send(run.canary("ctrl-c in lines") + "\r")
        child.sendintr()


def _bad_servers(run: Run) -> None:
    local = read_local(run.local.project.local_json)
    assert local
    down = {"PX_URL": f"http://127.0.0.1:{free_port()}", "PX_TOKEN": run.canary("down token")}
    wrong = {"PX_URL": local.url, "PX_TOKEN": run.canary("wrong token")}
    plain = {"PX_URL": "http://secrets.example", "PX_TOKEN": run.canary("plain token")}
    for what, environment in {"down": down, "wrong": wrong, "plain": plain}.items():
        file = run.file(f"{what} import", f"A={run.canary(f'{what} import')}\n")
        # While px dev runs in the folder, it takes --remote to write anywhere else.
        away = () if what == "wrong" else ("--remote",)
        create = ("secret", "create", "E", "--stdin", "--timeout", "3", *away)
        run.px(what, *create, stdin=run.canary(what), environment=environment)
        importing = ("secret", "import", file, "--json", *away)
        run.px(f"{what} import", *importing, environment=environment)
    broken = f" é{run.canary('broken token')}"
    run.px("broken token", "secret", "list", environment=wrong | {"PX_TOKEN": broken})


def _broken_record(run: Run) -> None:
    run.px("broken", "secret", "create", "BROKEN", "--stdin", stdin=run.canary("broken"))
    ledgers = LedgerFiles(run.local.project.state)
    rows = ledgers.rows("default", "version")
    ((id_, text),) = [row for row in rows.items() if row[0].startswith("BROKEN/")]
    fields = json.loads(text)
    cut = json.dumps({**fields, "sealed": fields["sealed"][:-1]})
    ledgers.write("default", "version", id_, cut, fields["keyId"])
    run.px("exists broken", "secret", "exists", "BROKEN")
    ledgers.write("default", "secret", "BROKEN", "{}", "BROKEN")
    run.px("over broken", "secret", "create", "BROKEN", "--stdin", stdin=run.canary("over broken"))
    run.px("list broken", "secret", "list")
    run.px("delete broken", "secret", "delete", "BROKEN", "--yes")


PARTS = (
    _happy,
    _pushed,
    _misplaced,
    _bad_values,
    _bad_files,
    _aborted,
    _bad_servers,
    _broken_record,
)


@pytest.fixture(scope="module")
def run(local: LocalProject, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """All of it, once."""
    run = Run(local, tmp_path_factory.mktemp("inputs"))
    for part in PARTS:
        part(run)
    return run


@pytest.fixture
def secrets(local: LocalProject) -> Secrets:
    """What the local Worker runs with: the keys of .dev.vars, the token of .px/local.json."""
    state = read_local(local.project.local_json)
    assert state
    return Secrets(dotenv_values(local.project.dev_vars)["MASTER_KEYS"] or "", state.token)


def test_no_value_anywhere(run: Run) -> None:
    """No canary stands anywhere, in clear, hexadecimal or base64."""
    assert leaks(run.places(), run.canaries) == []


def test_token_and_keys_stand_in_one_file(run: Run, secrets: Secrets) -> None:
    """The root token stands in .px/local.json alone, the master key in .dev.vars alone."""
    project = run.local.project
    own = {"the root token": secrets.token, "the master key": secrets.keys.partition(":")[2]}

    assert set(leaks(run.places(), own)) == {
        f"{project.local_json}: the root token",
        f"{project.dev_vars}: the master key",
    }


EXPECTED = {
    "stdin": 0,
    "import": 0,
    "prompt": 0,
    "over broken": 5,
    "delete broken": 0,
    "as name": 2,
    "as another argument": 2,
    "too long": 2,
    "open quote": 2,
    "deploy": 2,
    "ctrl-c": 130,
    "pasted": 2,
    "down": 3,
    "down import": 3,
    "wrong": 4,
    "wrong import": 4,
    "plain": 2,
    "exists broken": 5,
}


def test_the_run_was_what_it_says(run: Run) -> None:
    """The commands met success and every way to end that px has."""
    assert {what: run.codes[what] for what in EXPECTED} == EXPECTED
    assert len(run.canaries) > 50


@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("A", "stdin"),
        ("B", "file"),
        ("D", "prompt"),
        ("N249", "import"),
        ("PUSHED", "pushed again"),
    ],
)
def test_the_values_did_arrive(run: Run, secrets: Secrets, name: str, what: str) -> None:
    """The canaries did reach the store: their records open with the local master key."""
    project = run.local.project
    with httpx.Client() as client:
        worker = MainWorker(client, secrets, project.state, project.log)
        value = ProjectApi(worker, "default").open_on_cpython(name)

    assert run.canaries[what] in value.decode()


def test_a_leak_would_be_found(run: Run) -> None:
    """The same search finds a canary in .px/, in KV, in the log and in what px says."""
    project, canary = run.local.project, fresh_canary()
    (project.private / "leak").write_text(canary)
    run.local.kv.write("leak/of/a/canary", canary)
    with project.log.open("a") as log:
        log.write(canary)
    told = run.local.px.run("secret", "create", "E", "--from-file", "nowhere").stderr
    run.said["planted"] = told + canary

    found = leaks(run.places(), {"planted": canary})

    assert f"{project.private / 'leak'}: planted" in found
    assert f"{project.log}: planted" in found
    assert "said: planted: planted" in found
    assert any("/blobs/" in place for place in found)


def test_the_search_covers_what_it_says(run: Run) -> None:
    """What does stand there is found: names in what px said, paths in the log, `px dev`'s talk."""
    found = leaks(run.places(), {"name": "N249", "path": "/secrets/bulk", "pushed": "Pushed .env"})

    assert "said: list: name" in found
    assert f"{run.local.project.log}: path" in found
    assert "px dev's stderr: pushed" in found
