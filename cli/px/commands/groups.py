"""Command groups that import a command only when it is asked for."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    import typer

CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


class LazyGroup(click.Group):
    """Knows its commands as `module:name`."""

    def __init__(self, *args: object, places: dict[str, str], **options: object) -> None:
        super().__init__(*args, **options)  # type: ignore[arg-type]
        self._places = places

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self._places)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        place = self._places.get(cmd_name)
        if place is None:
            return None
        module, _, attribute = place.partition(":")
        command: click.Command = getattr(import_module(module), attribute)
        return command


def new_app() -> typer.Typer:
    """For one command. No part of it needs rich."""
    import typer

    return typer.Typer(
        context_settings=CONTEXT,
        add_completion=False,
        pretty_exceptions_enable=False,  # a traceback with local variables could show a value
        rich_markup_mode=None,
    )
