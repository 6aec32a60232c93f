"""Values and tokens appear in nothing that px says, whatever goes wrong."""

from __future__ import annotations

import pytest

from px.testing import faults
from px.testing.dev_server import TestDevServer
from support.px_process import CANARY, Px

FAULTS = [
    None,
    faults.echo(400),
    faults.echo(401),
    faults.echo(500),
    faults.cut,
    faults.web_page(500),
    faults.redirect(f"https://elsewhere.example.dev/{CANARY}"),
    faults.answer(400, f'{{"error": "{CANARY}", "code": "{CANARY}"}}'.encode()),
    faults.answer(201, f'{{"name": "{CANARY}"}}'.encode()),
]


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("json_flag", [[], ["--json"]])
def test_no_answer_makes_px_show_a_value(
    px: Px, server: TestDevServer, fault: faults.Fault | None, json_flag: list[str]
) -> None:
    """Good answers, careless ones and hostile ones leave the value unseen."""
    (px.folder / "x.env").write_text(f"A={CANARY}\n")
    server.fail_next(fault, None, fault)

    told = [
        px.run("secret", "create", "A", "--stdin", *json_flag, stdin=CANARY.encode()),
        px.run("secret", "import", "x.env", *json_flag),
    ]

    shown = "".join(done.stdout + done.stderr for done in told)
    assert CANARY not in shown
    assert server.token not in shown


@pytest.mark.parametrize(
    "arguments",
    [
        ["secret", "create", "A", CANARY],
        ["secret", "create", CANARY, "--stdin"],
        ["secret", "create", "A", f"--{CANARY}"],
        ["secret", "create", "A", f"--stdin={CANARY}"],
        ["secret", "create", "A", "--from-file", CANARY],
        ["secret", "create", "A", "--timeout", CANARY],
        ["secret", "create", "A", "--project", CANARY.upper()],
        ["secret", "create", "A", "--url", f"https://me:{CANARY}@host.dev"],
        ["secret", "create", "A", "--url", f"http://127.0.0.1:9/{CANARY}"],
        ["secret", "import", CANARY],
        ["secret", CANARY],
        [CANARY],
    ],
)
@pytest.mark.parametrize("json_flag", [[], ["--json"]])
def test_a_value_in_the_wrong_place_is_not_repeated(
    px: Px, arguments: list[str], json_flag: list[str]
) -> None:
    """A slip of the hand is answered without the text that slipped."""
    done = px.run(*arguments, *json_flag)

    assert done.returncode == 2
    assert CANARY not in (done.stdout + done.stderr).lower()


def test_a_bug_shows_no_value(px: Px) -> None:
    """An error that nobody expected ends in a sentence, without its text and its variables."""
    (px.folder / "sitecustomize.py").write_text(
        "import px.api.secrets\n"
        "def broken(self, name, value, *_):\n"
        "    raise RuntimeError(value.reveal())\n"
        "px.api.secrets.Secrets.create = broken\n"
    )

    done = px.run(
        "secret",
        "create",
        "A",
        "--stdin",
        stdin=CANARY.encode(),
        environment={"PYTHONPATH": str(px.folder)},
    )

    assert (done.returncode, done.stdout) == (5, "")
    assert done.stderr.startswith("error: px failed: RuntimeError at broken:3")
    assert CANARY not in done.stderr
