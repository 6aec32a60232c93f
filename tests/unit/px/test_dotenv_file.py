"""The dotenv dialect: what each line means, and what is refused."""

from __future__ import annotations

import pytest

from px.dotenv_file import read_secrets
from px.failures import Usage

PEM = b"-----BEGIN KEY-----\r\nMIIE+/ab=\r\n-----END KEY-----\r\n"


@pytest.mark.parametrize(
    ("data", "value"),
    [
        (b"A=plain", "plain"),
        (b"A=plain\n", "plain"),
        (b"A=plain\r\n", "plain"),
        (b"A=plain\r", "plain"),
        (b"\xef\xbb\xbfA=after-bom\n", "after-bom"),
        (b"export A=exported\n", "exported"),
        (b"  A = spaced out  \n", "spaced out"),
        (b"'A'=quoted name\n", "quoted name"),
        (b"A=a b c\n", "a b c"),
        (b"A=with=equals==\n", "with=equals=="),
        (b"A=#no-comment\n", "#no-comment"),
        (b"A=no#comment\n", "no#comment"),
        (b"A=value # comment\n", "value"),
        (b"A='value' # comment\n", "value"),
        (b"A='value # kept'\n", "value # kept"),
        (b"A=$HOME ${HOME} $(id) `id`\n", "$HOME ${HOME} $(id) `id`"),
        (b'A="$HOME ${HOME} $(id) `id`"\n', "$HOME ${HOME} $(id) `id`"),
        (b"A=back\\nslash\n", "back\\nslash"),
        (b"A='back\\nslash'\n", "back\\nslash"),
        (b'A="line\\nline\\ttab\\"quote\\\\"\n', 'line\nline\ttab"quote\\'),
        (b'A="\\d \\$ \\u0041"\n', "\\d \\$ \\u0041"),
        (b"A='it\\'s'\n", "it's"),
        (b'A="two\nlines"\n', "two\nlines"),
        (b'A="two\r\nlines\r\n"\r\n', "two\r\nlines\r\n"),
        (b'A="' + PEM + b'"\n', PEM.decode()),
        (b'A="  kept  "\n', "  kept  "),
        (b'A="ends in two newlines\n\n"\n', "ends in two newlines\n\n"),
        (b'A={"json": "doc", "n": [1, 2]}\n', '{"json": "doc", "n": [1, 2]}'),
        ("A=\U0001f512 \u00fc\n".encode(), "\U0001f512 \u00fc"),
        (b"# comment\n\n   # comment\nA=after\n", "after"),
    ],
)
def test_a_value_arrives_as_the_dialect_says(data: bytes, value: str) -> None:
    """Each spelling has one meaning, byte for byte."""
    [(name, found)] = read_secrets(data)

    assert (name, found.reveal()) == ("A", value)


@pytest.mark.parametrize(
    ("data", "lines"),
    [
        (b"A=1\nB\n", [2]),
        (b"A=1\nexport B\n", [2]),
        (b"A=\n", [1]),
        (b"A=''\n", [1]),
        (b"A= # only a comment\n", [1]),
        (b"\n\n\nB\n", [4]),
        (b"\r\n\r\nB\r\n", [3]),
        (b"A: yaml\n", [1]),
        (b"=1\n", [1]),
        (b"A B=1\n", [1]),
        (b"A='x' y\n", [1]),
        (b"9A=1\n", [1]),
        (b"A-B=1\n", [1]),
        (b"A.B=1\n", [1]),
        ("\u00c4=1\n".encode(), [1]),
        (b"POSITRONIC_X=1\n", [1]),
        (b"A=1\nB=2\nA=1\n", [3]),
        (b"A=x\0y\n", [1]),
        (b"A=" + b"x" * 65_537 + b"\n", [1]),
        (b'A="not closed\nB=2\n', [1]),
        (b"A='not closed\n", [1]),
        (b"-----BEGIN KEY-----\nMIIEabc=\nabc+/=\n-----END KEY-----\n", [1, 2, 3, 4]),
        (b"\xef\xbb\xbf\xef\xbb\xbfA=1\n", [1]),
        (b"A=1\nB\n=2\nA=3\nC=\n", [2, 3, 4, 5]),
    ],
)
def test_every_wrong_line_is_named(data: bytes, lines: list[int]) -> None:
    """Nothing is guessed at or left out: each line that is wrong is in the refusal."""
    with pytest.raises(Usage) as caught:
        read_secrets(data)

    assert [detail.line for detail in caught.value.details] == lines


@pytest.mark.parametrize(
    "data", [b"canary\n", b"canary=\n", b"A=1\nca-nary=1\n", b'A="canary\n', b"canary+/==\n"]
)
def test_a_refusal_repeats_nothing_of_the_file(data: bytes) -> None:
    """What does not parse may be a piece of a key, so only its line number is told."""
    with pytest.raises(Usage) as caught:
        read_secrets(data)

    shown = caught.value.message + "".join(d.error + str(d.name) for d in caught.value.details)
    assert "canary" not in shown
    assert "ca-nary" not in shown


@pytest.mark.parametrize("data", ["A=1\nB=2".encode("utf-16"), b"A=1\nB=\xff\n"])
def test_a_file_that_is_not_utf8_is_refused(data: bytes) -> None:
    """Another encoding is not guessed."""
    with pytest.raises(Usage, match="not UTF-8"):
        read_secrets(data)


def test_an_empty_file_holds_nothing() -> None:
    """No lines, no secrets, no complaint."""
    assert read_secrets(b"# nothing yet\n") == []
