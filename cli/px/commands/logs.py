"""`px logs`."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from px import terminal
from px.commands.groups import new_app
from px.commands.options import Env, Json, Local, Remote
from px.errors import Usage

if TYPE_CHECKING:
    from px.logs.entry import Entries
    from px.project.workspace import Workspace

app = new_app()
DEFAULT_LIMIT: Final = 100

Follow = Annotated[
    bool, typer.Option("--follow", "-f", help="Show new lines as they arrive, until Ctrl-C.")
]
Limit = Annotated[
    int | None,
    typer.Option("--limit", metavar="N", min=1, help="Show at most N lines.  [default: 100]"),
]


@app.command()
def logs(
    follow: Follow = False,
    limit: Limit = None,
    env: Env = None,
    local: Local = False,
    remote: Remote = False,
    as_json: Json = False,
) -> None:
    """Show what the Worker printed, and its errors.

    Time, level and message, oldest first. Of the Worker on this machine px dev keeps the newest
    lines; --follow starts now, or with the newest --limit lines. A deployed Worker's lines are only
    there as they arrive, with --follow; that needs CLOUDFLARE_API_TOKEN with the permission
    `Workers Tail: Read`.

    Never shows a request: no address, header or body. Values that a run read are redacted in what
    it prints; other code's lines are shown as they were printed, without tokens and addresses.

    In a pipe: tabs between time, level and message. With --json, one document per line.

    \b
    Example: px logs --follow
             px --env staging logs --follow --json
    """
    from px.project.workspace import find_project

    if local and remote:
        raise Usage("--local and --remote cannot be used together")
    project = find_project()
    if not _is_local(project, local=local, remote=remote):
        found = _deployed(project, follow, limit, quiet=as_json)
    elif follow:
        found = _followed(project, limit, quiet=as_json)
    else:
        from px.logs.local import recent

        found = recent(project, limit or DEFAULT_LIMIT)
    _show(found, as_json=as_json)


def _show(found: Entries, *, as_json: bool) -> None:
    from contextlib import closing

    from px.process import stopping

    try:
        with closing(found):
            for entry in found:
                if as_json:
                    terminal.document(entry.document())
                elif terminal.is_terminal(sys.stdout):
                    terminal.data(entry.lines())
                else:
                    terminal.data(entry.line())
    except KeyboardInterrupt:
        terminal.abandon()
        raise typer.Exit(stopping.exit_code()) from None


def _is_local(project: Workspace, *, local: bool, remote: bool) -> bool:
    """Whether a command with these flags would ask the Worker of `px dev`. Raises Usage."""
    if local or remote:
        return local
    from px.http.address import parse_address
    from px.project.local_state import read_local
    from px.server_choice import ServerChoice
    from px.settings import find_target

    target = find_target(ServerChoice(), environ=os.environ, folder=Path.cwd())
    known = read_local(project.local_json)
    return known is not None and parse_address(known.url) == target.address


def _followed(project: Workspace, limit: int | None, *, quiet: bool) -> Entries:
    from px.commands.elsewhere import running_here
    from px.logs.local import follow

    found = follow(project, limit or 0)
    if not quiet and running_here(project.root) is None:
        terminal.say("px dev is not running in this folder; waiting for it. Ctrl-C ends this.")
    return found


def _deployed(project: Workspace, follow: bool, limit: int | None, *, quiet: bool) -> Entries:
    if not follow or limit is not None:
        raise Usage(
            "the earlier lines of a deployed Worker cannot be read here",
            code="no_earlier_lines",
            hint="`px logs --follow` shows new ones; with [observability] in wrangler.toml, "
            "Cloudflare's dashboard shows earlier ones; `px logs --local` shows those of `px dev`",
        )
    from px.cloudflare.wrangler import Wrangler, credentials
    from px.logs.deployed import credentials_in, follow_deployed
    from px.project.env_deploy import DeployFile
    from px.project.manifest import read_manifest
    from px.tools.set_up import ensure_tools

    worker = read_manifest(project.config, project.environment).worker
    settings = DeployFile(Path.cwd(), project).read()
    found = credentials(os.environ, settings)
    say = terminal.talk(quiet=quiet)
    ensure_tools(say, terminal.download_bar(quiet=quiet))
    say(f"Following {worker} at Cloudflare ({project.environment.shown}). Ctrl-C ends this.")
    return follow_deployed(Wrangler(project, found), credentials_in(settings, found), say)
