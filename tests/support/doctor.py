"""A project for `px doctor` to look at."""

from __future__ import annotations

from collections.abc import Iterable

from px.doctor.finding import Finding
from px.doctor.surroundings import Surroundings

NAMES = (
    *(
        ".env.secrets",
        ".env.deploy",
        ".dev.vars",
        ".px/local.json",
        ".px/root.json",
        ".px/rotation.json",
    ),
    ".px/deploy.json",
)


def write(around: Surroundings, name: str, text: str = "A=1\n", mode: int = 0o600) -> None:
    path = around.folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(mode)


def statuses(findings: Iterable[Finding]) -> list[tuple[str, str]]:
    return [(found.check, found.status) for found in findings]
