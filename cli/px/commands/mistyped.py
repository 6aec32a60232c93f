"""Which word of a command line px does not know, and the nearest one that it does.

A word is only repeated if it is a slip of one that px knows, or a verb of other tools: any other
may be a value in the wrong place.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from difflib import SequenceMatcher, get_close_matches
from itertools import pairwise
from typing import Final

from px.commands.groups import Command, Context, LazyGroup, UnknownCommand, as_command
from px.commands.typed_value import is_assignment, written_as_argument
from px.errors import Usage

# What would show a value, in other tools; px has none of them.
_SHOWS: Final = {
    *("cat", "copy", "decrypt", "dump", "export", "get", "print", "pull"),
    *("read", "reveal", "show", "value", "view"),
}
# Words of other tools, each with px's own.
_MEANT: Final = {
    "add": ("create", "new"),
    "check": ("exists", "doctor"),
    "del": ("delete", "revoke"),
    "delete": ("revoke",),
    "destroy": ("revoke",),
    "diff": ("history",),
    "find": ("list",),
    "init": ("new",),
    "log": ("history", "logs", "audit"),
    "tail": ("logs",),
    "put": ("create",),
    "remove": ("delete", "revoke"),
    "revert": ("rollback",),
    "serve": ("dev",),
    "start": ("dev", "run"),
    "undelete": ("restore",),
    "undo": ("rollback",),
    "update": ("create",),
    "versions": ("history",),
    "write": ("create",),
}
_PLAIN: Final = re.compile(r"(?:--)?[a-z]{2,}(?:-[a-z]+)*")
_VALUE: Final = "--value"
_SURE: Final = 0.75  # of 1: how alike two words are, of which one is a slip of the other
_SHOWN: Final = 3  # suggestions


def unknown_command(error: UnknownCommand) -> Usage:
    """Names the group, the word if it is no value, and what may have been meant."""
    group, path, word = error.group, error.context.command_path, error.word
    if is_assignment(word):
        return written_as_argument(word)
    if word in _SHOWS and path in ("px", "px secret", "px token", "px key"):
        return _no_value(word, path)
    own = [*group.modules, *group.aliases]
    exact = _named(group, path, word)[:_SHOWN]
    near = [] if exact else get_close_matches(word, own, n=1)
    known = bool(exact) or _is_slip(word, near)
    what = f"no command `{word}`" if known else f"the word after `{path}` is not a command"
    found = exact or [f"{path} {group.aliases.get(name, name)}" for name in near]
    return Usage(what, hint=_did_you_mean(found) or f"see `{path} --help`")


def unknown_option(context: Context, word: str, typed: Sequence[str]) -> Usage:
    """`word` without what follows its `=`; `typed` is the whole command line."""
    command, path = context.command, context.command_path
    if word[2:].isupper() and any(one.startswith(f"{word}=") for one in typed):
        return written_as_argument(word[2:])
    if _is_value_option(command, word):
        return _mistyped_value(path, word)
    owners = [name for name, one in _commands() if word in _options(one)]
    found = [] if owners else get_close_matches(word, _options(command), n=1, cutoff=_SURE)
    # What is longer may be a value that was typed right behind its option.
    known = bool(owners) or (_is_slip(word, found) and not word.startswith(found[0]))
    what = f"`{path}` has no option `{word}`" if known else f"`{path}` has no such option"
    if owners and isinstance(command, LazyGroup):
        return Usage(what, hint="write it after the command; `px COMMAND --help` shows its options")
    return Usage(what, hint=_did_you_mean(found) or _others(owners) or f"see `{path} --help`")


def _is_value_option(command: Command, word: str) -> bool:
    """Whether a slip of --value was meant: what follows it is a value."""
    near = get_close_matches(word, _options(command), n=1, cutoff=_SURE)
    return near == [_VALUE] and word != _VALUE and _is_slip(word, near)


def _mistyped_value(path: str, word: str) -> Usage:
    """Not a suggestion to repeat the line: `--value` would put the value there again."""
    # What is longer may be a value that was typed right behind the option.
    what = "such option" if word.startswith(_VALUE) else f"option `{word}`"
    return Usage(
        f"`{path}` has no {what}; if a value follows it, that is now in the shell's history",
        hint="replace the value where it comes from; `px secret create NAME` asks for it, hidden, "
        "and takes it from a pipe with --stdin",
    )


def too_many(context: Context, typed: Sequence[str]) -> Usage:
    """A word that no argument takes: after `px secret create NAME` it may be the value."""
    path = context.command_path
    words = [word for before, word in pairwise(typed) if not before.startswith("-")]
    for word in filter(is_assignment, words if path.startswith("px secret ") else ()):
        return written_as_argument(word)
    if path not in ("px secret create", "px secret set"):
        return Usage(f"a word too many for `{path}`", hint=f"see `{path} --help`")
    return Usage(
        f"a word too many for `{path} NAME`; if it is the value, it is now in the shell's history",
        hint="replace the value where it comes from; `px secret create NAME` asks for it, hidden, "
        "and takes it from a pipe with --stdin",
    )


def _no_value(word: str, path: str) -> Usage:
    what = f"no command `{word}`: no command shows a value, a token or a key"
    if path in ("px token", "px key"):
        return Usage(what, hint=f"`{path} list` shows what there is")
    more = "; `px project export FILE` writes a sealed backup" if word in ("export", "dump") else ""
    return Usage(
        what,
        hint="`px secret exists NAME` tells whether it is there, `px secret list` shows names and "
        f"dates; a brain reads it with `secrets.get`{more}",
    )


def _named(group: LazyGroup, path: str, word: str) -> list[str]:
    """The group's commands that other tools call so; else commands of this name elsewhere."""
    if word in group.meant:
        return [f"{path} {group.meant[word]}"]
    meant = _MEANT.get(word, ())
    own = [f"{path} {name}" for name in meant if name in group.modules]
    wanted = (word, *meant)
    return own or [
        f"{place} {name}"
        for place, other in _groups()
        for name in other.modules
        if name in {other.aliases.get(one, one) for one in wanted}
    ]


def _is_slip(word: str, known: Iterable[str]) -> bool:
    """Whether it is one of these with a letter or two wrong."""
    return _PLAIN.fullmatch(word) is not None and any(
        sorted(word) == sorted(one) or SequenceMatcher(None, word, one).ratio() >= _SURE
        for one in known
    )


def _did_you_mean(found: list[str]) -> str:
    return f"did you mean {_listed(found)}?" if found else ""


def _others(owners: list[str]) -> str:
    return f"it is an option of {_listed(owners[:_SHOWN])}" if owners else ""


def _listed(commands: list[str]) -> str:
    """In words: `A`, `B` or `C`."""
    quoted = [f"`{one}`" for one in commands]
    return " or ".join(filter(None, (", ".join(quoted[:-1]), quoted[-1])))


def _groups() -> Iterator[tuple[str, LazyGroup]]:
    """px itself and each of its groups, with what a user types for it."""
    from px.commands.root import app

    root = as_command(app)
    if isinstance(root, LazyGroup):
        yield "px", root
        for name in root.modules:
            below = root.get_command(None, name)
            if isinstance(below, LazyGroup):
                yield f"px {name}", below


def _commands() -> Iterator[tuple[str, Command]]:
    """Each command with what a user types for it."""
    for place, group in _groups():
        for name in group.modules:
            command = group.get_command(None, name)
            if command is not None:
                yield f"{place} {name}", command


def _options(command: Command) -> list[str]:
    """What starts with two hyphens."""
    words = [one for param in command.params for one in (*param.opts, *param.secondary_opts)]
    return [one for one in words if one.startswith("--")]
