"""requirements/worker.txt as pip gets it: the lines that px writes, and nothing else.

`--only-binary` does not hold for a path or an address: pip would build what is there, and run it.
"""

from __future__ import annotations

import re
from typing import Final

from px.project.errors import LocalError
from px.terminal import printable

_HASHES: Final = r"(?P<hashes>(?: --hash=sha256:[0-9a-f]{64})*)"
_PACKAGE: Final = re.compile(
    r"(?P<name>[a-z0-9][a-z0-9._-]*)==(?P<version>[a-z0-9.!+_-]+)"
    rf"(?P<marker> ?;[\w .<>=!~\"'()]+?)?{_HASHES}",
    re.ASCII | re.IGNORECASE,
)
_WHEEL: Final = re.compile(rf"(?P<path>\./vendor/\w[\w.+-]*\.whl){_HASHES}", re.ASCII)
_COMMENT: Final = re.compile(r"(?:^|\s+)#.*")


def checked(text: str) -> str:
    """Without comments, one line for each package; raises LocalError for any other line."""
    lines = (_COMMENT.sub("", one) for one in text.splitlines())
    joined = "\n".join(lines).replace("\\\n", " ")
    found = [" ".join(one.split()) for one in joined.splitlines()]
    return "".join(f"{_line(one)}\n" for one in found if one)


def _line(line: str) -> str:
    if wheel := _WHEEL.fullmatch(line):
        return wheel[0]
    if (package := _PACKAGE.fullmatch(line)) is None:
        raise LocalError(
            f"requirements/worker.txt has a line that px does not install: {printable(line)}",
            "a line is NAME==VERSION or ./vendor/NAME.whl, each with --hash=sha256:...; "
            "`px add` writes such lines",
        )
    # In parentheses: pip would look for `a==1.zip` as a file of the project, and build it.
    marker = package["marker"] or ""
    return f"{package['name']} (=={package['version']}){marker}{package['hashes']}"
