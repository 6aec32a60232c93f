"""`px secret require NAME...`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from px.commands import typed_value
from px.commands.groups import new_app
from px.commands.options import Server, known_secret, secrets_of, with_server

if TYPE_CHECKING:
    from px.declared.code import Declared

app = new_app()
Names = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="NAME",
        help="The secrets' names.",
        autocompletion=known_secret,
        callback=typed_value.refuse_any,
    ),
]
From = Annotated[
    str | None,
    typer.Option("--from", metavar="FILE", help="Take the names from a dotenv or JSON file."),
]


Code = Annotated[
    bool, typer.Option("--project-code", help="Also what the project's code reads, by its text.")
]


@app.command()
@with_server()
def require(
    server: Server, names: Names = None, from_file: From = None, project_code: Code = False
) -> None:
    """Tell which of these secrets are missing; exit code 0 or 1.

    For CI: exit code 0 if none is missing. The missing names go to stdout, one per line. It only
    looks at names, and warns of those that have expired; `px secret exists` also checks that the
    stored record can be opened.

    --project-code looks for secrets.get("NAME") and get_many in worker/, without running it, and
    names file and line of what is missing. A name with a default is not required.

    \b
    Example: px secret require OPENAI_API_KEY DATABASE_URL && px deploy
             px secret require --from .env.secrets.example
             px secret require --project-code && px deploy
    """
    from datetime import UTC, datetime

    from px import terminal
    from px.secrets import import_words, policy_tables
    from px.secrets.requirement import asked, required_names, stored

    code = _read_code() if project_code else None
    wanted = required_names(names or [], from_file, code)
    with server.connect() as client:
        present = stored(secrets_of(client), wanted)
    lacking = [name for name in wanted if name not in present]
    places = {} if code is None else {str(name): code.required.get(name, []) for name in lacking}
    uses = asked(places)
    if server.as_json:
        now = datetime.now(UTC)
        expired = [name for name, secret in present.items() if secret.has_expired(now)]
        more: dict[str, object] = {"expired": expired} if expired else {}
        if code is not None:
            found = [{"name": use.name, "file": use.file, "line": use.line} for use in uses]
            more |= {"missingIn": found, "unchecked": len(code.unnamed)}
        terminal.document({"present": list(present), "missing": lacking, **more})
    else:
        import_words.required(list(present), lacking, uses)
        terminal.warn(policy_tables.expired(list(present.values())))
        terminal.warn([] if code is None else code.doubts())
    raise typer.Exit(1 if lacking else 0)


def _read_code() -> Declared:
    """Raises Usage for a file that cannot be read: what it asks for is not known."""
    from px.declared.code import read_code
    from px.errors import Detail, Usage
    from px.project.workspace import find_project

    found = read_code(find_project())
    if found.unread:
        raise Usage(
            "px cannot read all of the project's code; nothing was sent",
            code="unreadable_code",
            details=[
                Detail(
                    "unreadable_code", "not Python that px can read", file=one.file, line=one.line
                )
                for one in found.unread
            ],
        )
    return found
