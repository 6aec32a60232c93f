"""The nearest name that is there, for one that is not."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from px.api.client import Client


def nearest(word: str, known: Iterable[str]) -> str:
    """The hint for a word that is not among these; empty if it is like none of them."""
    from difflib import get_close_matches

    near = get_close_matches(word, known, n=1)
    return f"did you mean `{near[0]}`?" if near else ""


@contextmanager
def nearest_secret(client: Client, name: str) -> Iterator[None]:
    """Completes the error about this name, from the names that px last saw there."""
    with history_hint(name), _nearest(name, lambda: _known(client)):
        yield


def warn_of_missing(client: Client, missing: Iterable[str]) -> None:
    """Of names that may be mistyped, with the nearest one that px last saw there."""
    from px import terminal

    missing = list(missing)
    known = _known(client) if missing else []
    for name in missing:
        meant = nearest(name, known)
        terminal.warn([f"there is no secret {name} yet{f': {meant}' if meant else ''}"])


def _known(client: Client) -> Iterable[str]:
    import os

    from px.completion.names import known_names

    return known_names(client.target, os.environ).read()


@contextmanager
def history_hint(name: str) -> Iterator[None]:
    """Puts the name into the hint of a refusal because of another version."""
    from px.errors import PxError
    from px.terminal import printable

    try:
        yield
    except PxError as error:
        if error.code == "version_mismatch":
            error.hint = error.hint.replace("NAME", printable(name))
        raise


@contextmanager
def nearest_brain(client: Client, title: str) -> Iterator[None]:
    """Completes the error about this title, from the Worker's list of brains."""
    from px.api.brains import Brains

    with _nearest(title, lambda: [one.title for one in Brains(client).list()]):
        yield


@contextmanager
def _nearest(word: str, known: Callable[[], Iterable[str]]) -> Iterator[None]:
    from px.errors import PxError

    try:
        yield
    except PxError as error:
        if error.code == "not_found":
            error.hint = "; ".join(filter(None, (_meant(word, known), error.hint)))
        raise


def _meant(word: str, known: Callable[[], Iterable[str]]) -> str:
    """Empty if the word is there after all, or if that cannot be found out."""
    from px.errors import PxError
    from px.terminal import printable

    try:
        names = [printable(name) for name in known()]
    except PxError:
        return ""
    return "" if word in names else nearest(word, names)
