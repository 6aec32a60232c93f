"""One row of a table in Markdown, and how figures are written in it."""

from __future__ import annotations

from bench.rounds import Figure, Ratio


def print_head(*cells: str) -> None:
    """The first row, and the line below it."""
    print()
    print_row(*cells)
    print_row(*("---" for _ in cells))


def print_row(*cells: str) -> None:
    print(f"| {' | '.join(cells)} |", flush=True)


def milliseconds(figure: Figure) -> str:
    """The median of the rounds."""
    return f"{figure.median:.{2 if figure.median < 100 else 0}f} ms"


def times(ratio: Ratio) -> str:
    """Of the medians, and the lowest and highest round."""
    return f"{ratio.median:.2f} ({ratio.lowest:.2f} to {ratio.highest:.2f})"
