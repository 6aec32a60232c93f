"""Typer apps, and groups of them that import a command only when it is used."""

from __future__ import annotations

from importlib import import_module
from typing import Any, ClassVar, Protocol, cast

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command

Command = TyperCommand | TyperGroup


class Context(Protocol):
    """typer's context, which has no public name."""

    command: Command

    @property
    def command_path(self) -> str: ...


class _Text(Protocol):
    """typer's help formatter, which has no public name."""

    def write(self, string: str) -> None: ...


class UnknownCommand(Exception):
    """A group has no command of this name; `word` may be a value, so no message is made of it."""

    def __init__(self, context: Context, group: LazyGroup, word: str) -> None:
        super().__init__()
        self.context = context
        self.group = group
        self.word = word


class LazyGroup(TyperGroup):
    """Knows the module of each command, and in it the Typer `app`.

    `aliases` are other names of its commands; only its help says that they exist. `meant`: words
    of other groups, each with its own command to suggest.
    """

    modules: ClassVar[dict[str, str]] = {}
    aliases: ClassVar[dict[str, str]] = {}
    meant: ClassVar[dict[str, str]] = {}

    def list_commands(self, ctx: object) -> list[str]:
        return list(self.modules)

    def get_command(self, ctx: object, cmd_name: str) -> Command | None:
        module = self.modules.get(self.aliases.get(cmd_name, cmd_name))
        return None if module is None else as_command(import_module(module).app)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:  # noqa: ANN401 - typer's types
        """Raises UnknownCommand, before typer makes a sentence with the word."""
        known = self.aliases.get(args[0], args[0]) in self.modules
        if not known and not ctx.resilient_parsing:
            raise UnknownCommand(ctx, self, args[0])
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: object, formatter: _Text) -> None:
        """The commands, each with an example."""
        super().format_commands(ctx, formatter)  # type: ignore[arg-type]
        formatter.write("\nExamples:\n")
        for name in self.list_commands(ctx):
            formatter.write(f"  {_example(self.get_command(ctx, name))}\n")
        if self.aliases:
            short = ", ".join(f"{alias} ({name})" for alias, name in self.aliases.items())
            formatter.write(f"\nAliases: {short}\n")


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
