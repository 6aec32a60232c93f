"""px inside the test's own process: a table of many cases costs no start of Python each."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from px import app


@dataclass(frozen=True, slots=True)
class PxHere:
    """Runs px in a folder, with nothing in the environment but what is given."""

    folder: Path
    environment: Mapping[str, str]
    capture: pytest.CaptureFixture[str]
    patch: pytest.MonkeyPatch

    def run(self, *arguments: str) -> CompletedProcess[str]:
        """Exit code, and what px wrote."""
        self.patch.chdir(self.folder)
        for name in [name for name in os.environ if name != "PATH"]:
            self.patch.delenv(name)
        for name, text in self.environment.items():
            self.patch.setenv(name, text)
        self.capture.readouterr()
        code = app.run(list(arguments))
        out, err = self.capture.readouterr()
        return CompletedProcess(arguments, code, out, err)
