"""The brains of a project: every Brain that its files hold, each under a title of its own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from positronic.brains.brain_errors import InvalidBrain
from positronic.brains.builder import Brain
from positronic.errors import NotFound


class Brains:
    """By title, in order."""

    def __init__(self, brains: Iterable[Brain] = ()) -> None:
        """Raises InvalidBrain when two have one title."""
        self._brains: dict[str, Brain] = {}
        for brain in brains:
            if self._brains.setdefault(brain.title, brain) is not brain:
                raise InvalidBrain(f"two brains have the title {brain.title!r}")

    def find(self, title: str) -> Brain:
        """Raises NotFound; the title that was asked for is not repeated."""
        found = self._brains.get(title)
        if found is None:
            raise NotFound("there is no brain with this title")
        return found

    def all(self) -> list[Brain]:
        return [self._brains[title] for title in sorted(self._brains)]


NO_BRAINS: Final = Brains()


def find_brains(modules: Mapping[str, object]) -> Brains:
    """The brains in modules, given by the name of their file.

    A file may hold a brain in several stages of its making: the last one counts. Raises
    InvalidBrain for a title that two files use, or two brains in one file; it names the files.
    """
    found: dict[str, tuple[str, Brain]] = {}
    for file, module in modules.items():
        for brain in _brains_in(file, module):
            other, same = found.setdefault(brain.title, (file, brain))
            # One that a file imports from another is the same object.
            if same is not brain:
                raise InvalidBrain(
                    f"{other} and {file} both have a brain with the title {brain.title!r}"
                )
    return Brains(brain for _, brain in found.values())


def _brains_in(file: str, module: object) -> Iterable[Brain]:
    found: dict[str, Brain] = {}
    for value in vars(module).values():
        if isinstance(value, Brain):
            before = found.get(value.title, value)
            if not (_grew(before, value) or _grew(value, before)):
                raise InvalidBrain(f"{file} has two brains with the title {value.title!r}")
            found[value.title] = value if _grew(before, value) else before
    return found.values()


def _grew(before: Brain, after: Brain) -> bool:
    """Whether the one is the other with more steps."""
    return after.blocks[: len(before)] == before.blocks
