"""Typer apps, and groups of them that import a command only when it is used."""

from __future__ import annotations

from importlib import import_module
from typing import ClassVar, Protocol, cast

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command

Command = TyperCommand | TyperGroup


class _Text(Protocol):
    """typer's help formatter, which has no public name."""

    def write(self, string: str) -> None: ...


class LazyGroup(TyperGroup):
    """Knows the module of each command, and in it the Typer `app`."""

    modules: ClassVar[dict[str, str]] = {}

    def list_commands(self, ctx: object) -> list[str]:
        return list(self.modules)

    def get_command(self, ctx: object, cmd_name: str) -> Command | None:
        module = self.modules.get(cmd_name)
        return None if module is None else as_command(import_module(module).app)

    def format_commands(self, ctx: object, formatter: _Text) -> None:
        """The commands, each with an example."""
        super().format_commands(ctx, formatter)  # type: ignore[arg-type]
        formatter.write("\nExamples:\n")
        for name in self.list_commands(ctx):
            formatter.write(f"  {_example(self.get_command(ctx, name))}\n")


def new_app(
    group: type[LazyGroup] | None = None, *, runs_alone: bool = False, passes_on: bool = False
) -> typer.Typer:
    """For one command, for a group of them, or for a group that is a command too.

    `passes_on`: everything after the first argument, options included, is passed on.

    It does not need rich.
    """
    return typer.Typer(
        cls=group,
        no_args_is_help=group is not None and not runs_alone,
        invoke_without_command=runs_alone,
        context_settings={
            "help_option_names": ["-h", "--help"],
            "max_content_width": 100,
            **({"allow_interspersed_args": False} if passes_on else {}),
        },
        add_completion=False,
        pretty_exceptions_enable=False,  # a traceback with local variables could show a value
        rich_markup_mode=None,
        suggest_commands=False,
    )


def _example(command: Command | None) -> str:
    """The first example in its help."""
    lines = (command.help or "").splitlines() if command else []
    found = (line.partition("Example:")[2].strip() for line in lines if "Example:" in line)
    return next(found, "")


def as_command(app: typer.Typer) -> Command:
    """What a Typer app runs."""
    return cast(Command, get_command(app))
