"""The options that commands share, and the client that they create."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from px.commands import typed_value
from px.invocation import note_environment, note_local, note_project, note_remote, note_url
from px.server_choice import TIMEOUT, Root, ServerChoice

if TYPE_CHECKING:
    from px.api.client import Client
    from px.api.secrets import Secrets
    from px.project.workspace import Workspace
    from px.settings import Target


def one_of(*words: str) -> Callable[[str], list[str]]:
    """Completes one of a few words."""

    def complete(incomplete: str) -> list[str]:
        return [word for word in words if word.startswith(incomplete)]

    return complete


def known_secret(ctx: typer.Context, incomplete: str) -> list[str]:
    """Completes a secret's name, from a cache."""
    from px.completion.shells import secret_names

    return secret_names(ctx, incomplete)


def known_project(ctx: typer.Context, incomplete: str) -> list[str]:
    """Completes a project's name, from a cache that `px project list` fills."""
    from px.completion.shells import project_names

    return project_names(ctx, incomplete)


def known_environment(incomplete: str) -> list[str]:
    """Completes an environment of the project around the current folder."""
    from pathlib import Path

    from px.project.inheritance import names_of
    from px.project.manifest import read_manifest
    from px.project.upwards import find_config

    config = find_config(Path.cwd())
    known = [] if config is None else names_of(read_manifest(config).written)
    return [name for name in known if name.startswith(incomplete)]


StoredName = Annotated[
    str, typer.Argument(metavar="NAME", help="The secret's name.", autocompletion=known_secret)
]
Name = Annotated[
    str,
    typer.Argument(
        metavar="NAME",
        help="The secret's name.",
        autocompletion=known_secret,
        callback=typed_value.refuse,
    ),
]


def _environment(value: str | None) -> str | None:
    """Raises Usage for what is no environment's name, and for one that the project here lacks.

    The first may be a value, and is not repeated.
    """
    if value is not None:
        from px.project.environment import parse_environment

        parse_environment(value, "--env")
    if note_environment(value):
        _check_known()
    return value


def _check_known() -> None:
    from pathlib import Path

    from px.project.environment import chosen
    from px.project.inheritance import check_known
    from px.project.manifest import read_manifest
    from px.project.upwards import find_config

    config = find_config(Path.cwd())
    if config is not None:
        check_known(read_manifest(config).written, chosen(), config.name)


def environment_option(help_: str) -> Any:  # noqa: ANN401 - typer's type
    return typer.Option(
        "--env",
        metavar="NAME",
        help=help_,
        callback=_environment,
        autocompletion=known_environment,
    )


def url_option(help_: str) -> Any:  # noqa: ANN401 - typer's type
    return typer.Option("--url", metavar="URL", help=help_, callback=note_url)


def project_option(help_: str) -> Any:  # noqa: ANN401 - typer's type
    return typer.Option(
        "--project",
        metavar="NAME",
        help=help_,
        callback=note_project,
        autocompletion=known_project,
    )


def timeout_option(help_: str) -> Any:  # noqa: ANN401 - typer's type
    return typer.Option("--timeout", metavar="SECONDS", help=help_)


def json_option(help_: str) -> Any:  # noqa: ANN401 - typer's type
    return typer.Option("--json", help=help_)


DataFolderOption = Annotated[
    Path | None,
    typer.Option("--data", metavar="DIR", help="The data folder of a `px serve`."),
]
# Its callback notes the name, which px.project.environment reads: commands need not pass it on.
Env = Annotated[str | None, environment_option("The environment.  [PX_ENV]")]
Url = Annotated[str | None, url_option("The server.  [PX_URL]")]
Project = Annotated[str | None, project_option("The project.  [PX_PROJECT]")]
Local = Annotated[
    bool,
    typer.Option("--local", help="The Worker of `px dev` in this folder.", callback=note_local),
]
Remote = Annotated[
    bool,
    typer.Option("--remote", help="Any server but that of `px dev`.", callback=note_remote),
]
Timeout = Annotated[float, timeout_option("Limit for each request, with retries.")]
Json = Annotated[bool, json_option("Print JSON; errors as JSON on stderr.")]
CreateProject = Annotated[
    bool, typer.Option("--create-project", help="Do not ask before a new project is created.")
]
Yes = Annotated[bool, typer.Option("-y", "--yes", help="Do not ask for confirmation.")]
IfVersion = Annotated[
    int | None,
    typer.Option(
        "--if-version", metavar="N", min=0, help="Only if this is its version; 0: none yet."
    ),
]


@dataclass(frozen=True, slots=True)
class Server:
    """Which server a command asks, and how the command answers."""

    choice: ServerChoice = field(default_factory=ServerChoice)
    as_json: bool = False

    def target(self) -> Target:
        """The server that flags, environment or files name. Raises Usage, NotAllowed.

        If that is the Worker of `px dev`, it is waited for while it starts.
        """
        import os
        from pathlib import Path

        from px.errors import Usage
        from px.project.workspace import nearest
        from px.settings import find_target

        folder = Path.cwd()
        project = nearest(folder)
        try:
            found = find_target(self.choice, environ=os.environ, folder=folder)
        except Usage:  # before its first start there is no address of it
            if project is None or self.choice.remote or project.local_json.exists():
                raise
            if not self._waited(project, first=True):
                raise
            return find_target(self.choice, environ=os.environ, folder=folder)
        if project is not None and found.source == project.environment.local_file:
            self._waited(project)
        return found

    def _waited(self, project: Workspace, *, first: bool = False) -> bool:
        """`first`: px dev never ran here, and may have been started a moment ago."""
        from px import terminal
        from px.project.dev_wait import APPEARS, wait_for_start

        talk = terminal.talk(quiet=self.as_json)
        return wait_for_start(project, self.choice.timeout, talk, APPEARS if first else 0.0)

    def tell(self, document: dict[str, object], *lines: str) -> None:
        """What was done: the document with --json, else the lines."""
        from px import terminal

        if self.as_json:
            terminal.document(document)
        for line in () if self.as_json else lines:
            terminal.say(line)

    def connect(self, *, any_project: bool = False) -> Client:
        """To ask; raises Refused if the project was never written to, unless `any_project`."""
        from px.api.client import Client, closed_on_error
        from px.commands.new_project import check_project

        with closed_on_error(Client(self.target())) as client:
            if not any_project:
                check_project(client)
        return client

    def connect_to_write(
        self, *, asks: bool = False, creates: bool | None = None, any_project: bool = False
    ) -> Client:
        """To change something; asks first if `px dev` runs here and this goes elsewhere.

        `asks`: the command's own question will name the server. `creates`: --create-project, of a
        command that may create the project. `any_project`: there may be none yet, as after a loss.
        """
        from px.api.client import Client, closed_on_error
        from px.commands.new_project import agree_to_create, check_project

        target = self.target()
        self.check_target(target, asks=asks)
        with closed_on_error(Client(target)) as client:
            if creates is not None:
                agree_to_create(client, agreed=creates)
            elif not any_project:
                check_project(client)
        return client

    def check_target(self, target: Target, *, asks: bool = False) -> None:
        """Asks if `px dev` runs here and no flag says that another server is meant."""
        from px.commands.elsewhere import check_target

        check_target(target, named=self.choice.remote or bool(self.choice.url), asks=asks)


def _flags(
    env: Env = None,
    url: Url = None,
    project: Project = None,
    local: Local = False,
    remote: Remote = False,
    timeout: Timeout = TIMEOUT,
    as_json: Json = False,
) -> None:
    """The options of every command that asks a server."""


def with_server(
    *, timeout: float = TIMEOUT, projects: bool = True, root: Root = Root.NEVER
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Turns a command's last parameter, `server`, into its flags; `projects`: with --project."""
    flags = dict(inspect.signature(_flags, eval_str=True).parameters)
    flags["timeout"] = flags["timeout"].replace(default=timeout)
    if not projects:
        del flags["project"]

    def decorate(command: Callable[..., None]) -> Callable[..., None]:
        @wraps(command)
        def run(**given: Any) -> None:  # noqa: ANN401 - what typer has parsed
            asked = {name: given.pop(name) for name in flags}
            del asked["env"]
            as_json = asked.pop("as_json")
            command(**given, server=Server(ServerChoice(**asked, root=root), as_json))

        own = dict(inspect.signature(command, eval_str=True).parameters)
        del own["server"]
        run.__signature__ = inspect.Signature([*own.values(), *flags.values()])  # type: ignore[attr-defined]
        return run

    return decorate


def secrets_of(client: Client) -> Secrets:
    """The secrets there; their names are stored for completion."""
    import os

    from px.api.secrets import Secrets
    from px.completion.names import known_names

    return Secrets(client, known_names(client.target, os.environ))
