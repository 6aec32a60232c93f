"""`px env add`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from px import terminal
from px.commands.groups import new_app
from px.commands.options import Json

if TYPE_CHECKING:
    from px.new.environment import Block
    from px.project.environment import Environment
    from px.project.workspace import Workspace

app = new_app()
Name = Annotated[str, typer.Argument(metavar="NAME", help="The environment's name.")]


@app.command()
def add(name: Name, as_json: Json = False) -> None:
    """Add an environment: a second Worker of this project.

    It has nothing of production's: neither server, token, keys nor data.

    Writes its whole block at the end of wrangler.toml: wrangler inherits no variable and no
    binding. For a wrangler.jsonc it prints the block to paste. Asks no server.

    \b
    Example: px env add staging
    """
    from dataclasses import replace

    from px.new.environment import append, make_block
    from px.project.environment import PRODUCTION
    from px.project.own import own_manifest
    from px.project.workspace import find_project

    project = replace(find_project(), environment=PRODUCTION)
    manifest = own_manifest(project)
    block = make_block(manifest, _new(name, manifest.written.get("env", {}), project))
    is_written = project.config.suffix == ".toml"
    if is_written:
        append(manifest, block)
    if as_json:
        found = {"environment": name, "worker": block.worker, "config": project.config.name}
        terminal.document({**found, "written": is_written, "left": list(block.left)})
        return
    _show(project, block, is_written=is_written)


def _new(name: str, known: object, project: Workspace) -> Environment:
    from px.errors import Refused, Usage
    from px.project.environment import TOP_LEVEL, parse_environment

    if name == TOP_LEVEL:
        raise Usage(f"{TOP_LEVEL} is what px calls the top level of {project.config.name}")
    environment = parse_environment(name, "NAME")
    if not environment.name:
        raise Usage("NAME is empty")
    if isinstance(known, dict) and name in known:
        raise Refused(
            f"{project.config.name} has an environment {name} already; nothing was changed",
            code="environment_exists",
            hint=f"`px --env {name} deploy --dry-run` shows what it lacks, if anything",
        )
    return environment


def _show(project: Workspace, block: Block, *, is_written: bool) -> None:
    from px.project import git

    environment = block.environment
    if is_written:
        terminal.say(f"Added the environment {environment.name} to {project.config.name}")
    else:
        terminal.data(block.json())
        terminal.say(f"Paste it into {project.config.name}: px does not change a JSON file")
    for field in block.left:
        terminal.say(f"Warning: {field} names something of production's, so px did not copy it")
    names = [environment.deploy_file, environment.dev_vars, environment.wrangler_config]
    ignored = git.ignored(project.root, names)
    for name in names if ignored is not None else ():
        if name not in (ignored or ()):
            terminal.say(f"Warning: git does not ignore {name}; add it to .gitignore")
    terminal.say(
        f"Next: run it on this machine: px --env {environment.name} dev; or put its own "
        f"CLOUDFLARE_API_TOKEN into {environment.deploy_file} (mode 600), "
        f"and run: px --env {environment.name} deploy"
    )
