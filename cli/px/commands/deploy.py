"""`px deploy`: from this checkout to a running Worker at Cloudflare."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from px import terminal
from px.commands.groups import new_app
from px.commands.options import Env, Json, url_option

if TYPE_CHECKING:
    from px.deploy.deployed import Deployed
    from px.deploy.plan import DeployPlan, Options
    from px.deploy.run import Deployment

app = new_app()
WAIT: Final = 180.0

Url = Annotated[str | None, url_option("The Worker's address.  [PX_URL]")]
DryRun = Annotated[
    bool, typer.Option("--dry-run", help="Show what would change, without changing it.")
]
Recovery = Annotated[
    Path | None,
    typer.Option(
        "--recovery-file",
        metavar="FILE",
        help="Where to write the recovery file.  [default: .px/recovery-WORKER.json]",
    ),
]
NoRecovery = Annotated[
    bool, typer.Option("--no-recovery-file", help="Write no recovery file: a lost key stays lost.")
]
Stdin = Annotated[
    bool, typer.Option("--passphrase-stdin", help="Read the recovery passphrase from stdin.")
]
NewToken = Annotated[
    bool, typer.Option("--new-root-token", help="Replace the root token; keep everything else.")
]
Adopt = Annotated[
    bool, typer.Option("--adopt", help="Replace an existing Worker that px did not create.")
]
NoChecks = Annotated[bool, typer.Option("--no-checks", help="Skip the API checks afterwards.")]
AllowMissing = Annotated[
    bool, typer.Option("--allow-missing", help="Deploy code that asks for missing secrets.")
]
Wait = Annotated[
    float,
    typer.Option("--wait", metavar="SECONDS", min=0, max=3600, help="Time until the first answer."),
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
    allow_missing: AllowMissing = False,
    no_checks: NoChecks = False,
    wait: Wait = WAIT,
    env: Env = None,
    as_json: Json = False,
) -> None:
    """Deploy the Worker to Cloudflare and wait until it answers.

    The first deploy creates the KV namespace, a master key (with a recovery file, sealed with your
    passphrase) and the root token, which goes to .px/root.json. .env.deploy gets PX_URL and, as
    PX_TOKEN, an admin token for daily use. Later ones change code and settings, but no key. If it
    stops at any point, run it again and it continues.

    Before a later one, every secret that the code in worker/ asks for has to be there.

    Needs CLOUDFLARE_API_TOKEN in .env.deploy. At the end it checks the API in project deploy-check.

    \b
    Example: px deploy
             px deploy --passphrase-stdin < passphrase.txt
    """
    from px.deploy.plan import Options
    from px.errors import Usage

    if recovery_file and no_recovery_file:
        raise Usage("--recovery-file and --no-recovery-file cannot be used together")
    options = Options(
        url,
        recovery_file,
        not no_recovery_file,
        new_root_token,
        adopt,
        wait,
        not no_checks,
        allow_missing,
    )
    deployment = _deployment(options, passphrase_stdin, quiet=as_json)
    if dry_run:
        _show_plan(deployment.plan(), as_json=as_json)
    else:
        _show(deployment.run(), as_json=as_json)


def _deployment(options: Options, passphrase_stdin: bool, *, quiet: bool) -> Deployment:
    import os

    from px.errors import Usage

    try:
        from px.deploy.run import Deployment
        from px.keys.passphrase import Passphrase
        from px.project.workspace import find_project
    except ModuleNotFoundError:
        raise Usage(
            "px deploy needs packages that are not installed",
            hint="run `make setup` in a checkout and use its .venv/bin/px",
        ) from None
    project, folder = find_project(), Path.cwd()
    passphrase = Passphrase(stdin=passphrase_stdin, otherwise=", or --no-recovery-file")
    say, bar = terminal.talk(quiet=quiet), terminal.download_bar(quiet=quiet)
    return Deployment(project, folder, os.environ, options, passphrase, say, bar)


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
        terminal.say(f"Keep a copy of {done.recovery_file} elsewhere, apart from its passphrase.")
    for name in done.missing:
        terminal.advise(f"Add what the code asks for: `px secret create {name}`")
