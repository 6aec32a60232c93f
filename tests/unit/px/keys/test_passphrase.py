"""The passphrase of a recovery file, where it does not come from a terminal."""

from __future__ import annotations

import io

import pytest

from px.errors import Usage
from px.keys.passphrase import Passphrase


@pytest.fixture
def given(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Passphrase:
    """From a stdin that holds the test's parameter."""
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(request.param)))
    return Passphrase(stdin=True)


@pytest.mark.parametrize(
    ("given", "found"),
    [
        (b"correct horse battery", "correct horse battery"),
        (b"correct horse battery\n", "correct horse battery"),
        (b"correct horse battery\r\n", "correct horse battery"),
        (b"correct horse battery\n\n", "correct horse battery\n"),
        (b" correct horse battery ", " correct horse battery "),
        ("zwölf große Bäume".encode(), "zwölf große Bäume"),
        (b"x" * 1024 + b"\n", "x" * 1024),
    ],
    indirect=["given"],
)
def test_stdin_is_the_passphrase_less_one_line_end(given: Passphrase, found: str) -> None:
    """Nothing else is taken away."""
    assert given.new("f.json") == found


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        (b"", "at least 12 characters"),
        (b"elevenchars\n", "at least 12 characters"),
        ("ä".encode() * 11, "at least 12 characters"),
        (b"x" * 1025, "at most 1,024 bytes"),
        (b"\xff" * 12, "is not UTF-8 text"),
    ],
    indirect=["given"],
)
def test_one_that_cannot_be_is_refused(given: Passphrase, reason: str) -> None:
    """A new file would be as weak, or would never open again."""
    with pytest.raises(Usage, match=reason):
        given.new("f.json")


def test_nobody_is_asked_without_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Usage, with what to use; and a stdin that is closed is none."""
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"correct horse battery")))
    with pytest.raises(Usage, match="there is no terminal") as piped:
        Passphrase(stdin=False, otherwise=", or --no-recovery-file").check()
    monkeypatch.setattr("sys.stdin", None)
    with pytest.raises(Usage, match="stdin is closed"):
        Passphrase(stdin=True).known("f.json")

    assert piped.value.hint == "use --passphrase-stdin, or --no-recovery-file"
