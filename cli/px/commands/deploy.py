"""`px deploy`: from this checkout to a Worker at Cloudflare that answers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from px import terminal
from px.commands.groups import new_app
from px.commands.options import Json, url_option

if TYPE_CHECKING:
    from px.deploy.options import Options
    from px.deploy.plan import DeployPlan
    from px.deploy.run import Deployed, Deployment

app = new_app()
WAIT: Final = 180.0

Url = Annotated[str | None, url_option("Where the Worker answers.  [PX_URL]")]
DryRun = Annotated[
    bool, typer.Option("--dry-run", help="Only say what would happen; reads from Cloudflare.")
]
Recovery = Annotated[
    Path | None,
    typer.Option(
        "--recovery-file",
        metavar="FILE",
        help="Where the recovery file goes.  [default: .px/recovery-WORKER.json]",
    ),
]
NoRecovery = Annotated[
    bool, typer.Option("--no-recovery-file", help="Write none: a lost master key is lost.")
]
Stdin = Annotated[
    bool, typer.Option("--passphrase-stdin", help="The recovery file's passphrase from stdin.")
]
NewToken = Annotated[
    bool, typer.Option("--new-root-token", help="Replace the root token, and nothing else.")
]
Adopt = Annotated[
    bool, typer.Option("--adopt", help="Replace a Worker of this name that px did not make.")
]
NoChecks = Annotated[bool, typer.Option("--no-checks", help="Do not try the API afterwards.")]
Wait = Annotated[
    float,
    typer.Option("--wait", metavar="SECONDS", min=0, max=3600, help="For the Worker to answer."),
]


@app.command()
def deploy(
    url: Url = None,
    dry_run: DryRun = False,
    recovery_file: Recovery = None,
    no_recovery_file: NoRecovery = False,
    passphrase_stdin: Stdin = False,
    new_root_token: NewToken = False,
    adopt: Adopt = False,
    no_checks: NoChecks = False,
    wait: Wait = WAIT,
    as_json: Json = False,
) -> None:
    """Put the Worker up at Cloudflare, and wait until it answers.

    The first time: makes the KV namespace, a master key (with a recovery file, sealed with your
    passphrase) and the root token, and writes PX_URL and PX_TOKEN to .env.deploy. Later: changes
    code and settings, no key. Stopped at any point, it goes on when it is run again.

    Needs CLOUDFLARE_API_TOKEN in .env.deploy. Ends by trying the API in the project deploy-check.

    \b
    Example: px deploy
             px deploy --passphrase-stdin < passphrase.txt
    """
    from px.deploy.options import Options
    from px.errors import Usage

    if recovery_file and no_recovery_file:
        raise Usage("--recovery-file and --no-recovery-file exclude each other")
    options = Options(
        url, recovery_file, not no_recovery_file, new_root_token, adopt, wait, not no_checks
    )
    deployment = _deployment(options, passphrase_stdin, terminal.talk(quiet=as_json))
    if dry_run:
        _show_plan(deployment.plan(), as_json=as_json)
    else:
        _show(deployment.run(), as_json=as_json)


def _deployment(options: Options, passphrase_stdin: bool, say: Callable[[str], None]) -> Deployment:
    import os

    from px.errors import Usage

    try:
        from px.deploy.run import Deployment
        from px.keys.passphrase import Passphrase
        from px.project.workspace import find_project
    except ModuleNotFoundError:
        raise Usage(
            "px deploy needs packages that are not installed",
            hint="run `make setup` in a checkout, and use the px of its .venv/bin",
        ) from None
    project, folder = find_project(), Path.cwd()
    passphrase = Passphrase(stdin=passphrase_stdin, otherwise=", or --no-recovery-file")
    return Deployment(project, folder, os.environ, options, passphrase, say)


def _show_plan(plan: DeployPlan, *, as_json: bool) -> None:
    if as_json:
        terminal.document({**plan.document(), "dryRun": True})
        return
    for line in plan.lines():
        terminal.data(f"would {line}")
    terminal.say("Nothing was changed.")


def _show(done: Deployed, *, as_json: bool) -> None:
    if as_json:
        terminal.document(done.document())
        return
    terminal.data(f"Deployed {done.plan.worker} at {done.url}")
    if done.recovery_file:
        terminal.say(f"Keep a copy of {done.recovery_file} elsewhere, and its passphrase apart.")
