from __future__ import annotations

import pytest

from px.local.pinned_lines import checked
from px.project.errors import LocalError

HASH = f"--hash=sha256:{'0' * 64}"


def test_the_lines_that_px_writes_are_kept() -> None:
    """Each package is one line, and comments are gone."""
    text = (
        f"./vendor/one-1.0-py3-none-any.whl \\\n    {HASH}\n"
        f"# Written by `px add`.\ntwo-x==1.0rc1 \\\n    {HASH} \\\n    {HASH}\n    # via one\n"
        f"three==2 ; python_version < '3.15' {HASH}\n"
    )

    assert checked(text).splitlines() == [
        f"./vendor/one-1.0-py3-none-any.whl {HASH}",
        f"two-x (==1.0rc1) {HASH} {HASH}",
        f"three (==2) ; python_version < '3.15' {HASH}",
    ]


def test_a_version_is_never_the_name_of_a_file() -> None:
    """pip takes what ends like an archive for a file of its folder."""
    assert checked(f"one==1+a.zip {HASH}") == f"one (==1+a.zip) {HASH}\n"


@pytest.mark.parametrize(
    "line",
    [
        f"./vendor/one-1.0.tar.gz {HASH}",
        f"./vendor/../one-1.0-py3-none-any.whl {HASH}",
        f"./one {HASH}",
        f"/one-1.0-py3-none-any.whl {HASH}",
        f"https://one.example/one-1.0.tar.gz {HASH}",
        f"one @ file:///one-1.0.tar.gz {HASH}",
        f"one>=1.0 {HASH}",
        f"one==1.0 {HASH} --config-settings=a=b",
        f"one==1.0 --no-binary=one {HASH}",
        f"one==${{PX_TOKEN}} {HASH}",
        "--index-url=https://one.example",
        "--no-binary=:all:",
        "-r other.txt",
        "-e .",
        "one==1.0 --hash=md5:00",
    ],
)
def test_any_other_line_is_refused(line: str) -> None:
    """In the middle of good ones too, and when a line end is in the line."""
    head, _, rest = line.partition(" ")
    for text in (f"one==1.0 {HASH}\n{line}\n", f"{head} \\\n  {rest}"):
        with pytest.raises(LocalError, match="a line that px does not install"):
            checked(text)
