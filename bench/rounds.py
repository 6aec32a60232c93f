"""Measuring in turn, so that the machine's noise falls on all that is compared alike.

README.md beside this file says why it is fair.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple, TypeVar

K = TypeVar("K")
Measure = Callable[[], float]


class Ratio(NamedTuple):
    """That of the medians, and the lowest and highest of a round."""

    median: float
    lowest: float
    highest: float


@dataclass(frozen=True, slots=True)
class Figure:
    """Milliseconds: one median for each round."""

    rounds: tuple[float, ...]

    @property
    def median(self) -> float:
        return statistics.median(self.rounds)

    def over(self, other: Figure) -> Ratio:
        """How many times the other's this is."""
        pairs = zip(self.rounds, other.rounds, strict=True)
        rounds = [own / base for own, base in pairs]
        return Ratio(self.median / other.median, min(rounds), max(rounds))

    def less(self, other: Figure) -> Figure:
        """What is left without the other's, round by round."""
        pairs = zip(self.rounds, other.rounds, strict=True)
        return Figure(tuple(own - part for own, part in pairs))


def nothing() -> None:
    """Leaves everything as it is."""


def in_turn(measures: Mapping[K, Measure], *, rounds: int, samples: int = 1) -> dict[K, Figure]:
    """The figure of each: `samples` times A B C, A B C, ... in each round.

    A whole round before the first warms all alike.
    """
    medians: dict[K, list[float]] = {label: [] for label in measures}
    for number in range(rounds + 1):
        found: dict[K, list[float]] = {label: [] for label in measures}
        for _ in range(samples):
            for label, measure in measures.items():
                found[label].append(measure())
        if number:
            for label, values in found.items():
                medians[label].append(statistics.median(values))
    return {label: Figure(tuple(values)) for label, values in medians.items()}


def timed(do: Callable[[], object]) -> Measure:
    """Milliseconds that it takes."""

    def measure() -> float:
        began = time.perf_counter()
        do()
        return (time.perf_counter() - began) * 1000

    return measure


def timed_warm(
    do: Callable[[], object],
    settle: Callable[[], object] = nothing,
    warm: Callable[[], object] = nothing,
) -> Measure:
    """The same, done once untimed before: a process that stood idle is cold.

    `settle` waits until what either left to be done later is done. Who waits stands idle too:
    `warm` is done after that, untimed, and leaves nothing to do.
    """
    second = timed(do)

    def measure() -> float:
        do()
        settle()
        warm()
        took = second()
        settle()
        return took

    return measure
