"""Removes one listed entry after the user has agreed, and reports it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from px.commands.options import Server, ask

if TYPE_CHECKING:
    from px.api.client import Client


class Removal(NamedTuple):
    """`question`: Delete the secret; `past`: deleted; `field`: what --json calls the entry."""

    question: str
    past: str
    field: str
    done: str
    was: str


def remove(
    server: Server,
    client: Client,
    name: str,
    act: Callable[[str], None],
    words: Removal,
    *,
    yes: bool,
) -> None:
    """Raises Refused or Interrupted without a yes, and whatever `act` raises."""
    from px import terminal

    if not yes:
        question = f"{words.question} {terminal.printable(name)} at {client.location}?"
        ask(question, f"nothing was {words.past}")
    act(name)
    if server.as_json:
        terminal.document({words.field: name, words.past: True} | client.location_fields)
    else:
        terminal.say(words.done)
        terminal.say(f"{words.was} {client.location}")
