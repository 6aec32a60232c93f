"""Which app an event is about, or was done by."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from px import tables, terminal
from px.api.audit import AuditEvent


def read_by(**actor: str) -> AuditEvent:
    time = "2026-11-27T10:00:00.000Z"
    return AuditEvent("0" * 32, time, actor, "binding.read", ("A",), "accepted", "r", "intact")


def test_an_app_is_told_from_a_token_of_the_same_name() -> None:
    """In a pipe too; no token's name has parentheses."""
    app = read_by(type="binding", id="checkout", name="checkout")
    token = read_by(type="token", id="0" * 32, name="checkout")

    assert tables.event_row(app)[1] == "checkout (app)"
    assert tables.event_row(token)[1] == "checkout"
    assert [tables.event_line(one).split("\t")[1] for one in (app, token)] == [
        "checkout (app)",
        "checkout",
    ]


@pytest.mark.parametrize("width", [40, 80, 200])
def test_the_app_is_whole_at_each_width(width: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    row = tables.event_row(read_by(type="binding", id="checkout", name="checkout"))

    shown = terminal.columns(("TIME (UTC)", "ACTOR", "ACTION", "OUTCOME", "NAMES"), [row])

    assert "checkout (app)" in shown
    assert all(len(line) <= width for line in shown.splitlines())


@pytest.mark.parametrize(
    ("action", "details", "shown"),
    [
        ("grant.add", {"as": "checkout"}, "checkout: A"),
        ("grant.remove", {"as": "checkout"}, "checkout: A"),
        ("grant.remove", {}, "A"),
        ("grant.add", {"as": ["checkout"]}, "A"),
        ("grant.add", {"as": "\x1b[2J"}, "\\x1b[2J: A"),
        ("secret.put", {"as": "checkout"}, "A"),
    ],
)
def test_a_grant_says_for_which_app(action: str, details: Mapping[str, object], shown: str) -> None:
    """Whatever a changed event says there."""
    by = {"type": "token", "id": "0" * 32, "name": "ci"}
    time = "2026-11-27T10:00:00.000Z"
    event = AuditEvent(
        *("0" * 32, time, by, action, ("A",), "accepted", "r", "intact"), details=details
    )

    assert tables.event_row(event)[-1] == shown
