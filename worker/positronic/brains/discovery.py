"""The brains of a project: every Brain in its files, each with a title of its own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from positronic.brains.brain_errors import InvalidBrain
from positronic.brains.builder import Brain
from positronic.errors import NotFound


class Brains:
    """By title, sorted."""

    def __init__(self, brains: Iterable[Brain] = ()) -> None:
        """Raises InvalidBrain when two have the same title."""
        self._brains: dict[str, Brain] = {}
        for brain in brains:
            if self._brains.setdefault(brain.title, brain) is not brain:
                raise InvalidBrain(f"two brains have the title {brain.title!r}")

    def find(self, title: str) -> Brain:
        """Raises NotFound, without repeating the requested title."""
        found = self._brains.get(title)
        if found is None:
            raise NotFound("there is no brain with this title")
        return found

    def all(self) -> list[Brain]:
        return [self._brains[title] for title in sorted(self._brains)]


NO_BRAINS: Final = Brains()


def find_brains(modules: Mapping[str, object]) -> Brains:
    """The brains in modules, which are given by file name.

    A file may contain a brain at several stages of construction: the last one counts. Raises
    InvalidBrain, naming the files, if two brains share a title.
    """
    found: dict[str, tuple[str, Brain]] = {}
    for file, module in modules.items():
        for brain in _brains_in(file, module):
            other, same = found.setdefault(brain.title, (file, brain))
            # A brain that one file imports from another is the same object.
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
    """Whether `after` is `before` with more steps."""
    return after.blocks[: len(before)] == before.blocks
