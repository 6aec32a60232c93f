"""What is said of a command that a project's ledger did not answer."""

from __future__ import annotations

import pytest

from contracts.commanding import command
from contracts.worlds import KEYS
from positronic.api.ledger_location import ledger_location
from positronic.cloudflare.ledger_calls import LedgerCalls
from positronic.cloudflare.ledger_objects import LedgerObjects, Reach
from positronic.commands.asking import LedgerUnreachable
from positronic.commands.message import answered, refused
from positronic.errors import (
    Busy,
    Conflict,
    Forbidden,
    NotConfigured,
    OutcomeUnknown,
    PositronicError,
    Unauthenticated,
)
from positronic.sealing.keyring import Keyring
from support.running import run


class Broken(Exception):
    """As the platform says that it is worth another try."""

    retryable = True
    overloaded = False


async def nowhere(_: str, __: str, ___: str, ____: str) -> str:
    """No object answers."""
    raise ConnectionError


def answering(*answers: str | Exception) -> tuple[Reach, list[str]]:
    """An object with these answers, in turn, and the messages that it gets."""
    left, got = list(answers), list[str]()

    async def reach(_: str, __: str, ___: str, message: str) -> str:
        got.append(message)
        answer = left.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    return reach, got


def sent(action: str, reach: Reach) -> object:
    objects = LedgerObjects(reach, ledger_location("", ""), is_local=True)
    return run(LedgerCalls(objects, Keyring(KEYS))(command(action)))


def unanswered(action: str, reach: Reach = nowhere) -> PositronicError:
    with pytest.raises(PositronicError) as raised:
        sent(action, reach)
    return raised.value


@pytest.mark.parametrize("action", ["secret.list", "binding.exists", "brain.read", "binding.read"])
def test_a_read_has_changed_nothing(action: str) -> None:
    """Also one that would have been recorded."""
    assert type(unanswered(action)) is LedgerUnreachable


@pytest.mark.parametrize("action", ["secret.put", "grant.add", "brain.run"])
def test_a_change_may_have_been_made(action: str) -> None:
    """So it is not said that nothing happened."""
    assert type(unanswered(action)) is OutcomeUnknown


def test_a_lost_answer_is_asked_for_again_with_the_same_message() -> None:
    """The ledger makes it once, and answers as it did."""
    reach, got = answering(Broken(), answered(7))

    assert sent("secret.put", reach) == 7
    assert got[0] == got[1]


def test_three_lost_answers_are_enough() -> None:
    reach, got = answering(*[Broken()] * 4)

    assert type(unanswered("secret.put", reach)) is OutcomeUnknown
    assert len(got) == 3


BEFORE_A_LOOK = [Busy("x"), Forbidden("x"), NotConfigured("x"), Unauthenticated("x")]


def test_an_overloaded_object_is_left_alone() -> None:
    error = Broken()
    error.overloaded = True
    reach, got = answering(error, answered(7))

    assert type(unanswered("secret.put", reach)) is OutcomeUnknown
    assert len(got) == 1


@pytest.mark.parametrize("later", BEFORE_A_LOOK, ids=lambda error: error.code)
def test_a_refusal_says_nothing_of_an_earlier_try(later: PositronicError) -> None:
    """It comes before the ledger looks whether it has made the change."""
    for lost in (1, 2):
        reach, _ = answering(*[Broken()] * lost, refused(later))

        assert type(unanswered("secret.put", reach)) is OutcomeUnknown


@pytest.mark.parametrize("only", BEFORE_A_LOOK, ids=lambda error: error.code)
def test_a_refusal_of_the_only_try_stands(only: PositronicError) -> None:
    reach, _ = answering(refused(only))

    assert type(unanswered("secret.put", reach)) is type(only)


@pytest.mark.parametrize(
    ("action", "later"),
    [
        *(("secret.list", Busy("x")), ("secret.put", Conflict("x"))),
        ("watch.renew", Unauthenticated("x")),
    ],
)
def test_a_refusal_that_leaves_no_doubt_stands(action: str, later: PositronicError) -> None:
    """Of a read; of a change that the ledger has looked for, and would have answered again; and of
    a watch, which ends with its token.
    """
    reach, _ = answering(Broken(), refused(later))

    assert type(unanswered(action, reach)) is type(later)
