"""`px token list`."""

from __future__ import annotations

from px.commands.groups import new_app
from px.commands.options import TIMEOUT, Json, Project, Timeout, Url, administer

app = new_app()


@app.command()
def list_tokens(
    url: Url = None, project: Project = None, timeout: Timeout = TIMEOUT, as_json: Json = False
) -> None:
    """List a project's tokens. Shows id, name, role and dates, never the token.

    In a pipe: one line per token, with tabs between id, name, role, created and expires.

    \b
    Example: px token list
    """
    from px import tables, terminal

    with administer(url, project, timeout) as admin:
        found = list(admin.tokens())
    if as_json:
        terminal.document({"tokens": [one.document() for one in found], "count": len(found)})
    else:
        tables.tokens(found)
