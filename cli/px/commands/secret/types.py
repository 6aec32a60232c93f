"""`px secret types`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from px.commands.groups import new_app
from px.commands.options import Server, secrets_of, with_server

if TYPE_CHECKING:
    from px.declared.code import Declared, Place

app = new_app()


@app.command()
@with_server()
def types(server: Server) -> None:
    """Write the names of secrets as a type that editors and mypy read.

    In worker/secret_names.pyi: what the server has, and what .env.secrets.example names. A step
    whose parameter is `secrets: Secrets` from `secret_names` then has its names completed, and mypy
    and pyright refuse a misspelt one. Names that are only in the code do not count: a misspelt one
    would be right. They are listed as unknown.

    \b
    Example: px secret types
    """
    from px import terminal
    from px.commands.nearest_name import nearest
    from px.declared.code import read_code
    from px.declared.stub import STUB, write_types
    from px.project.workspace import find_project
    from px.secrets.requirement import EXAMPLE, example_names

    project = find_project()
    code = read_code(project)
    with server.connect() as client:
        listed = [one.name for one in secrets_of(client).list() if not one.is_unreadable]
    names = sorted({*listed, *example_names(project)})
    write_types(project.root, names)
    unknown = _unknown(code, names)
    if server.as_json:
        found = [{"name": name, "file": at.file, "line": at.line} for name, at in unknown]
        document = {"file": STUB, "names": names, "unknown": found}
        terminal.document(document | client.location_fields)
        return
    only_there = len(names) - len(listed)
    beside = f", {only_there:,} of them only in {EXAMPLE}" if only_there else ""
    terminal.say(f"Wrote {STUB} with {terminal.counted(len(names))} of {client.location}{beside}")
    for name, place in unknown:
        hint = nearest(name, names)
        terminal.say(f"warning: {place}: unknown name {name}" + (f"; {hint}" if hint else ""))
    terminal.warn(code.doubts())


def _unknown(code: Declared, names: list[str]) -> list[tuple[str, Place]]:
    asked = [*code.required.items(), *code.optional.items()]
    return [(name, place) for name, places in asked if name not in names for place in places]
