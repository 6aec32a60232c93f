"""Carries `px spec`, a Typer command, until all commands are Typer's."""

from __future__ import annotations

import click


@click.command(
    add_help_option=False,
    context_settings={"ignore_unknown_options": True, "help_option_names": []},
)
@click.argument("words", nargs=-1, type=click.UNPROCESSED)
@click.pass_context
def spec(context: click.Context, words: tuple[str, ...]) -> None:
    """Try every promise of the HTTP contract on a server.

    \b
    Example: px spec http://127.0.0.1:8787
    """
    import typer
    from typer.main import get_command

    from px.commands.spec import app

    command = get_command(app)
    try:
        with command.make_context("px spec", list(words)) as inner:
            command.invoke(inner)
    except typer.Exit as end:
        context.exit(end.exit_code)
