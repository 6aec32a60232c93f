"""px commands that each carry a canary of their own, and every place where one could turn up."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pexpect import EOF

from worker.canaries import fresh_canary
from worker.kv_files import files_below
from worker.local_project import LocalProject

Child = Any  # pexpect has no types


@dataclass(slots=True)
class Run:
    """The commands, their canaries, and what px said."""

    local: LocalProject
    inputs: Path  # outside the project: what we wrote ourselves is no leak
    canaries: dict[str, str] = field(default_factory=dict)
    codes: dict[str, int] = field(default_factory=dict)
    said: dict[str, str] = field(default_factory=dict)

    def canary(self, what: str) -> str:
        return self.canaries.setdefault(what, fresh_canary())

    def px(
        self,
        what: str,
        *arguments: str | Path,
        stdin: str | bytes = b"",
        environment: Mapping[str, str] | None = None,
    ) -> None:
        data = stdin.encode() if isinstance(stdin, str) else stdin
        done = self.local.px.run(*arguments, stdin=data, environment=environment)
        self.codes[what] = done.returncode
        self.said[what] = done.stdout + done.stderr

    @contextmanager
    def prompt(self, what: str, *arguments: str) -> Iterator[Child]:
        """On a terminal, at the question; everything that the screen gets is kept."""
        screen = io.StringIO()
        child = self.local.px.terminal(*arguments)
        child.logfile_read = screen
        child.expect_exact("(hidden")
        yield child
        child.expect(EOF)
        child.close()
        self.codes[what] = child.exitstatus
        self.said[what] = screen.getvalue()

    def file(self, what: str, content: str | bytes) -> Path:
        path = self.inputs / what.replace(" ", "-")
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def places(self) -> dict[str, bytes]:
        """Everything that a value could have got into."""
        project = self.local.project
        left = files_below(project.root)
        return {
            **{path: data for path, data in left.items() if path != str(project.env_secrets)},
            **{f"said: {what}": text.encode() for what, text in self.said.items()},
            "px dev's stdout": self.local.out.read_bytes(),
            "px dev's stderr": self.local.err.read_bytes(),
        }
