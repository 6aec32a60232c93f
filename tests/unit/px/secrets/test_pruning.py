"""Deleting what the files lack: after the writes, and with a true account."""

from __future__ import annotations

import pytest

from positronic.names import parse_name, parse_value
from px.api.secrets import Entry, Secrets, Written
from px.errors import Interrupted, NotAllowed, PxError, ServerFailed
from px.secrets import import_secrets as importing
from px.secrets.pruning import Pruning
from px.testing import faults
from px.testing.dev_server import TestDevServer

EXTRA = [parse_name(f"OLD_{letter}") for letter in "ABCDE"]
ENTRIES: list[Entry] = [(parse_name("NEW"), parse_value("1"))]


@pytest.fixture(autouse=True)
def stored(server: TestDevServer) -> None:
    server.seed(dict.fromkeys(EXTRA, "x"))


def write(secrets: Secrets, pruning: Pruning) -> Written:
    return importing.write(secrets, ENTRIES, lambda done, total: None, pruning)


def codes(error: PxError) -> dict[str, str]:
    return {str(detail.name): detail.code for detail in error.details}


def test_what_is_extra_goes_after_the_writes(server: TestDevServer, secrets: Secrets) -> None:
    """First everything is written, then each name is deleted."""
    done: list[int] = []

    write(secrets, Pruning(EXTRA, lambda deleted, total: done.append(deleted)))

    assert server.values() == {"NEW": "1"}
    assert [call.method for call in server.calls] == ["POST", *["DELETE"] * 5]
    assert done == [1, 2, 3, 4, 5]


def test_a_name_that_somebody_else_deleted_is_gone(server: TestDevServer, secrets: Secrets) -> None:
    """What was asked for is so: no failure."""
    write(secrets, Pruning([*EXTRA, parse_name("NEVER_THERE")]))

    assert server.values() == {"NEW": "1"}


def test_a_failed_write_deletes_nothing(server: TestDevServer, secrets: Secrets) -> None:
    """The account says so, name by name."""
    server.fail_next(faults.web_page(500))

    with pytest.raises(ServerFailed, match="0 of 5 were deleted, 5 not deleted") as caught:
        write(secrets, Pruning(EXTRA))

    assert set(server.values()) == set(EXTRA)
    assert codes(caught.value) == {"NEW": "unknown"} | dict.fromkeys(EXTRA, "not_deleted")


def test_a_failure_midway_is_accounted_for(server: TestDevServer, secrets: Secrets) -> None:
    """Deleted, in doubt, and still there are told apart; the writes stay written."""
    server.fail_next(None, None, None, faults.web_page(500))

    with pytest.raises(ServerFailed) as caught:
        write(secrets, Pruning(EXTRA))

    assert caught.value.message.endswith(
        "1 of 1 secrets were written; 2 of 5 were deleted, OLD_C may or may not be deleted, "
        "2 not deleted (OLD_D to OLD_E)"
    )
    assert set(server.values()) == {"NEW", "OLD_C", "OLD_D", "OLD_E"}
    assert codes(caught.value) == {
        "OLD_C": "delete_unknown",
        "OLD_D": "not_deleted",
        "OLD_E": "not_deleted",
    }


def test_a_refusal_midway_leaves_no_doubt(server: TestDevServer, secrets: Secrets) -> None:
    """A token that was revoked meanwhile has not deleted anything more."""
    server.fail_next(None, None, faults.refusal(403, "forbidden"))

    with pytest.raises(NotAllowed, match=r"1 of 5 were deleted, 4 not deleted \(OLD_B to OLD_E\)"):
        write(secrets, Pruning(EXTRA))

    assert set(server.values()) == {"NEW", *EXTRA[1:]}


def test_a_lost_answer_is_asked_again(server: TestDevServer, secrets: Secrets) -> None:
    """A deletion whose answer broke off is made sure of, not reported as missing."""
    server.fail_next(None, faults.cut)

    write(secrets, Pruning(EXTRA))

    assert server.values() == {"NEW": "1"}


def test_an_interruption_between_two_is_exact(server: TestDevServer, secrets: Secrets) -> None:
    """Ctrl-C when nothing is under way leaves nothing in doubt."""

    def interrupt(deleted: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(Interrupted, match=r"1 of 5 were deleted, 4 not deleted"):
        write(secrets, Pruning(EXTRA, interrupt))

    assert set(server.values()) == {"NEW", *EXTRA[1:]}


def test_a_plan_names_what_is_extra(server: TestDevServer, secrets: Secrets) -> None:
    """By what the server lists, sorted; nothing is sent but the question."""
    found = importing.plan(secrets, ENTRIES)

    assert (found.create, found.update, found.extra) == (["NEW"], [], EXTRA)
    assert [call.method for call in server.calls] == ["GET"]
