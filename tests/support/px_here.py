"""px in the test's own process: what it says and how it ends, without the cost of a start."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Any, NamedTuple

import pytest

from px import app


class Done(NamedTuple):
    code: int
    out: str
    err: str


@dataclass(frozen=True, slots=True)
class Here:
    """For what a pipe gets: neither of the streams is a terminal."""

    monkeypatch: pytest.MonkeyPatch
    streams: pytest.CaptureFixture[Any]

    def run(self, *arguments: str, stdin: bytes = b"") -> Done:
        self.monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        self.streams.readouterr()
        code = app.run(arguments)
        out, err = self.streams.readouterr()
        return Done(code, out, err)
