"""docs/operations.md shows receivers how to verify a reminder, and what is in one."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable
from typing import Any, Final

from positronic.commands.asked_reminders import DueName, Reminded
from positronic.names import Project
from positronic.reminders.webhook import SIGNATURE, message, webhook
from positronic.times import milliseconds
from support.source import ROOT

SECRET: Final = "s" * 32
REMINDERS: Final = (
    (ROOT / "docs" / "operations.md").read_text().split("## Reminders")[1].split("\n## ")[0]
)


def shown(language: str) -> str:
    (block,) = re.findall(rf"```{language}\n(.*?)```", REMINDERS, re.DOTALL)
    return str(block)


def receiver() -> Callable[[str, str, bytes], bool]:
    namespace: dict[str, Any] = {}
    exec(shown("python"), namespace)  # noqa: S102 - our own document
    found: Callable[[str, str, bytes], bool] = namespace["is_genuine"]
    return found


def header(body: str, now: int) -> str:
    found = webhook("https://hooks.example/", SECRET, "14", is_local=False)
    assert found is not None
    return found.headers(body, now)[SIGNATURE]


def test_the_receiver_of_the_docs_takes_what_the_worker_sends() -> None:
    """And nothing that was changed, is old, or says nothing."""
    is_genuine, body, now = receiver(), "{}", time.time_ns() // 1_000_000
    fresh, old = header(body, now), header(body, now - 301_000)

    assert is_genuine(SECRET, fresh, body.encode())
    assert not is_genuine(SECRET, old, body.encode())
    assert not is_genuine(SECRET, fresh, b"[]")
    assert not is_genuine("t" * 32, fresh, body.encode())
    assert not is_genuine(SECRET, "", body.encode())
    assert not is_genuine(SECRET, fresh + "é", body.encode())


def test_the_message_of_the_docs_is_what_the_worker_sends() -> None:
    """Field by field."""
    found = json.loads(shown("json"))
    due = [
        DueName(one["name"], one["version"], milliseconds(one["due"]), one["why"])
        for one in found["due"]
    ]
    sent = milliseconds(found["sentAt"])
    batch = Reminded(due, sent // 86_400_000, None)

    assert json.loads(message(Project(found["project"]), batch, sent)) == found
