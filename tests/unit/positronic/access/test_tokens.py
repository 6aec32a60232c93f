"""Tokens: one spelling, told from a mistyped one, and shown once."""

from __future__ import annotations

import os
import re
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from positronic.access.tokens import (
    PATTERN,
    Token,
    is_mistyped,
    mint,
    mint_root,
    parse,
    parse_token_id,
    root_hash,
)
from positronic.errors import NotFound
from positronic.names import Project
from support.memory_service import Counting

PROJECTS = st.from_regex(r"[a-z0-9][a-z0-9-]{0,62}", fullmatch=True).map(Project)
TOKENS = st.builds(mint, PROJECTS, st.just(os.urandom))
TOKEN = mint(Project("shop-2"), Counting())
# Of what a token may have in this place; `-` and `_` divide it.
ALPHABET = string.ascii_letters + string.digits + "-_"


def _changed(text: str) -> list[str]:
    """Every text with one character of it replaced."""
    return [
        text[:place] + other + text[place + 1 :]
        for place in range(len(text))
        for other in ALPHABET
        if other != text[place]
    ]


def _transposed(text: str) -> list[str]:
    """Every text with two different neighbours changed for each other."""
    return [
        text[:place] + text[place + 1] + text[place] + text[place + 2 :]
        for place in range(len(text) - 1)
        if text[place] != text[place + 1]
    ]


@given(TOKENS)
def test_a_token_comes_back(token: Token) -> None:
    """The text of a token parses to the same token, whatever its project."""
    assert parse(token.text) == token
    assert PATTERN.fullmatch(token.text)
    assert not is_mistyped(token.text)


@pytest.mark.parametrize("project", ["root", "a--", "0123456789abcdef", "a-0123456789abcdef"])
def test_a_project_that_looks_like_another_part(project: str) -> None:
    """A project named like `root` or like an id is told from them."""
    token = mint(Project(project), Counting())

    assert parse(token.text) == token


def test_the_form() -> None:
    """`px_<project>-<16>_<64><8>` in hexadecimal, 16 of the id and 64 of the secret random."""
    assert re.fullmatch(r"px_shop-2-[0-9a-f]{16}_[0-9a-f]{72}", TOKEN.text)
    assert TOKEN.text != mint(Project("shop-2"), os.urandom).text


def test_it_fits_the_header() -> None:
    """The longest token is well below the 512 characters that a header takes."""
    assert len(mint(Project("p" * 63), Counting()).text) == 156


@pytest.mark.parametrize("text", [TOKEN.text, mint_root(Counting())])
def test_every_changed_character_is_seen(text: str) -> None:
    """No token with one character replaced passes: CRC-32 finds every burst of 32 bits."""
    assert [wrong for wrong in _changed(text) if parse(wrong)] == []
    assert [wrong for wrong in _changed(text)[63 * 3 :] if not is_mistyped(wrong)] == []


@pytest.mark.parametrize("text", [TOKEN.text, mint_root(Counting())])
def test_every_transposition_is_seen(text: str) -> None:
    """No token with two neighbours changed for each other passes."""
    assert [wrong for wrong in _transposed(text) if parse(wrong)] == []
    assert [wrong for wrong in _transposed(text)[3:] if not is_mistyped(wrong)] == []


@given(st.lists(st.sampled_from("0123456789abcdef"), min_size=72, max_size=72))
def test_a_made_up_token_is_seen(digits: list[str]) -> None:
    """A random text of the right form passes once in four thousand million."""
    assert is_mistyped(f"px_shop-0123456789abcdef_{''.join(digits)}")


@pytest.mark.parametrize(
    "text",
    [
        *["", "px_", "PX_" + TOKEN.text[3:], TOKEN.text.upper(), TOKEN.text[:-1], TOKEN.text + "0"],
        *[f" {TOKEN.text}", f"{TOKEN.text}\n", TOKEN.text * 2, TOKEN.text.replace("-", "_")],
        *[TOKEN.text.replace("0", "\uff10"), "px_-" + TOKEN.text[10:], "\ud800", "px_\ud800"],
    ],
)
def test_another_text_is_no_token(text: str) -> None:
    """Anything but the one spelling parses to None."""
    assert parse(text) is None


def test_a_root_token_is_no_project_token() -> None:
    """Root's token has the form and the checksum, and parses to no project."""
    root = mint_root(Counting())

    assert parse(root) is None
    assert not is_mistyped(root)
    assert re.fullmatch("[0-9a-f]{64}", root_hash(root))


@pytest.mark.parametrize("text", ["", "a password", "sk-px_", "pxx", "Px_a"])
def test_what_is_not_ours_is_not_mistyped(text: str) -> None:
    """Only what starts as a token of ours is called a mistyped one."""
    assert not is_mistyped(text)


def test_a_scanner_finds_it() -> None:
    """One pattern finds a token in the middle of other text, and its checksum tells a fake."""
    fake = TOKEN.text[:-8] + "0" * 8
    found = [match[0] for match in PATTERN.finditer(f'TOKEN="{TOKEN.text}";\nold: {fake}, px_x')]

    assert found == [TOKEN.text, fake]
    assert [text for text in found if not is_mistyped(text)] == [TOKEN.text]


def test_it_shows_no_secret() -> None:
    """repr and format show the project and the id, never the secret."""
    shown = f"{TOKEN!r} {TOKEN} {[TOKEN]}"

    assert TOKEN.id in shown
    assert TOKEN.secret[:8] not in shown


def test_the_hash_tells_nothing_of_the_public_half() -> None:
    """The kept hash is of the secret alone, and of all of it."""
    same = Token(Project("other"), "0" * 16, TOKEN.secret)
    last_digit = "0" if TOKEN.secret[-1] != "0" else "1"

    assert same.hash == TOKEN.hash
    assert Token(TOKEN.project, TOKEN.id, TOKEN.secret[:-1] + last_digit).hash != TOKEN.hash


@pytest.mark.parametrize("text", ["", "0" * 15, "0" * 17, "G" * 16, "A" * 16, "../" * 5 + "a"])
def test_an_id_has_one_spelling(text: str) -> None:
    """A text that is no id names no token, and is not repeated."""
    with pytest.raises(NotFound) as caught:
        parse_token_id(text)

    assert caught.value.message == "there is no token with this id"
