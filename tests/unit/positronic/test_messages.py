"""A command between the entry and the object: whole, of our own entry, for this project."""

from __future__ import annotations

import pytest

from contracts.commanding import ROOT, bulk, command, put, shown
from contracts.worlds import KEYS, OTHER_PROJECT, PROJECT
from positronic.access.authentication import NobodyHere, TokenRefused
from positronic.commands.message import (
    ForeignCommand,
    answered,
    pack,
    read_answer,
    refused,
    unpack,
)
from positronic.errors import (
    Busy,
    Detail,
    Forbidden,
    InvalidValue,
    PositronicError,
    RateLimited,
    Unauthenticated,
)
from positronic.names import Project
from positronic.roles import Role
from positronic.sealing.keyring import Keyring

KEYRING = Keyring(KEYS)
OTHER = Keyring("k1:ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8=")
NEWER = Keyring("k2:ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8=")


@pytest.mark.parametrize(
    "sent",
    [
        put("A", "clé 🔑\n\x1b"),
        put("A", caller=shown()),
        bulk(["A", "B"], "x" * 70_000),
        command("keys.rotate", ROOT, needs=Role.ADMIN),
    ],
    ids=["values", "token", "large", "no arguments"],
)
def test_a_command_arrives_as_it_was_sent(sent: object) -> None:
    """Caller, role, origin and arguments, also values that JSON has to escape."""
    packed = pack(sent, KEYRING)  # type: ignore[arg-type]

    assert unpack(packed, PROJECT, KEYRING) == sent


def test_no_value_stays_in_a_cache_of_texts() -> None:
    """A parser that remembers short texts would keep a value after the command."""
    packed = pack(put("A", "a short value"), KEYRING)
    first, second = (unpack(packed, PROJECT, KEYRING).arguments["entry"] for _ in range(2))

    assert isinstance(first, list)
    assert isinstance(second, list)
    assert first == second
    assert first[1] is not second[1]


def test_only_our_own_entry_sends_commands() -> None:
    """Changed text, another project's, another master key's, or none of all that: refused."""
    message = pack(put("A"), KEYRING)
    key_id, mac, text = message.split("\n")
    foreign = [
        "",
        text,
        "\n\n",
        f"{key_id}\n\n{text}",
        f"{key_id}\n{'0' * 64}\n{text}",
        f"{key_id}\n{mac}\n{text.replace('secret.put', 'secret.list')}",
        f"{key_id}\n{mac}\n{text} ",
        pack(put("A"), OTHER),
    ]
    for one in foreign:
        assert _refused(one, PROJECT) == (Forbidden.code, Forbidden.code)
    assert _refused(message, OTHER_PROJECT) == (Forbidden.code, Forbidden.code)


def _refused(message: str, project: Project) -> tuple[str, str]:
    """What the sender is told, and what is recorded."""
    with pytest.raises(ForeignCommand) as refusal:
        unpack(message, project, KEYRING)
    return refusal.value.answer.code, refusal.value.reason


def test_other_code_may_try_again() -> None:
    """A key that is not held here yet may be newer, or made up: `busy`, and recorded."""
    for message in (pack(put("A"), NEWER), "garbage"):
        assert _refused(message, PROJECT) == (Busy.code, "unknown_key")


def test_a_command_shows_no_value() -> None:
    """Neither the repr of a command nor that of a shown token says what must not be seen."""
    assert "hidden-value" not in repr(put("A", "hidden-value"))
    assert shown("hidden-secret").hash not in repr(shown("hidden-secret"))


@pytest.mark.parametrize(
    "result",
    [None, True, 7, "text", "", "=", '{"error":{}}', [1, ["A", None]], {"a": [1]}],
)
def test_an_answer_arrives(result: object) -> None:
    """Whatever JSON carries, and a text that looks like an answer."""
    assert read_answer(answered(result)) == result


@pytest.mark.parametrize(
    "error",
    [
        InvalidValue("bad", details=[Detail("invalid_value", "is empty", 3, "A")]),
        RateLimited("slow down", headers={"Retry-After": "2"}),
        PositronicError("something unexpected"),
    ],
)
def test_an_error_arrives(error: PositronicError) -> None:
    """With its kind, sentence, details and headers."""
    with pytest.raises(type(error)) as caught:
        read_answer(refused(error))

    found = caught.value
    assert (found.code, found.message) == (error.code, error.message)
    assert (found.details, found.headers) == (error.details, error.headers)


def test_a_refused_token_says_no_more_than_another() -> None:
    """The caller is not told that the id is known."""
    known = TokenRefused("the token is not valid", ROOT)
    unknown = Unauthenticated("the token is not valid", headers=known.headers)

    assert refused(known) == refused(unknown)


def test_that_nobody_wrote_here_arrives() -> None:
    """With its project, for the entry to remember; to the caller, the token is just not valid."""
    with pytest.raises(NobodyHere) as caught:
        read_answer(refused(NobodyHere(PROJECT)))

    assert caught.value.project == PROJECT
    assert (caught.value.status, caught.value.code) == (401, "unauthenticated")
