"""`px target credential TARGET`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from px.commands.groups import new_app
from px.commands.options import Env, Json, Yes
from px.commands.target.options import TargetArgument

if TYPE_CHECKING:
    from px.project.workspace import Workspace
    from px.targets.credentials import Credential

app = new_app()
Local = Annotated[bool, typer.Option("--local", help="Write to .dev.vars, for the local Worker.")]


@app.command()
def credential(
    target_name: TargetArgument,
    local: Local = False,
    yes: Yes = False,
    env: Env = None,
    as_json: Json = False,
) -> None:
    """Give the Worker what opens a target's provider.

    As secrets of its own, named after the target.

    From the environment or else .env.deploy, by the target's own names, such as
    TARGET_PROD_AWS_ACCESS_KEY_ID, or the usual ones: AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and
    AWS_SESSION_TOKEN; FLY_API_TOKEN; VAULT_TOKEN. Never CLOUDFLARE_API_TOKEN. Asks first, or
    needs --yes. Needs the project's folder and, but for --local, the Worker's account.

    \b
    Example: px target credential prod-aws
    """
    import os
    from pathlib import Path

    from positronic.names import parse_target
    from px import terminal
    from px.project.env_deploy import DeployFile
    from px.project.manifest import read_manifest
    from px.project.workspace import find_project
    from px.targets.credentials import configured
    from px.targets.credentials import credential as find

    checked, project = parse_target(target_name), find_project()
    manifest = read_manifest(project.config, project.environment)
    config = configured(manifest, checked, is_local=local)
    file = DeployFile(Path.cwd(), project)
    found = find(config, os.environ, file.read(), file.name)
    where = project.dev_vars.name if local else f"the Worker {manifest.worker}"
    _ask(found, where, yes=yes)
    (_write if local else _put_up)(project, found, manifest.worker)
    if as_json:
        terminal.document({"target": checked, "where": where, "settings": [*found.settings]})
        return
    terminal.say(f"Put {', '.join(found.settings)} into {where}")


def _ask(found: Credential, where: str, *, yes: bool) -> None:
    from px.commands.question import ask

    question = f"Put {', '.join(found.given)} from {found.source} into {where}?"
    ask(question, "nothing was changed", yes=yes)


def _write(project: Workspace, found: Credential, _: str) -> None:
    from px.project import dev_vars

    dev_vars.write_settings(project, found.settings, found.unset)


def _put_up(project: Workspace, found: Credential, worker: str) -> None:
    import json
    import os
    from pathlib import Path

    from px.cloudflare.worker import secret_names
    from px.cloudflare.wrangler import Wrangler, credentials
    from px.deploy.outside import pair_outside
    from px.errors import Refused
    from px.project.env_deploy import DeployFile

    pair_outside(os.environ, worker)
    wrangler = Wrangler(project, credentials(os.environ, DeployFile(Path.cwd(), project).read()))
    names = secret_names(wrangler)
    if names is None:  # `wrangler secret bulk` would silently create it
        raise Refused(
            f"there is no Worker {worker}", code="no_worker", hint="run `px deploy` first"
        )
    gone = dict.fromkeys(name for name in found.unset if name in names)
    sent = json.dumps({**found.settings, **gone})
    wrangler.run(["secret", "bulk"], sent, hidden=[*found.settings.values()])
