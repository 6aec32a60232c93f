"""What px shows of the Worker's log: a list of fields, redacted, harmless and bounded."""

from __future__ import annotations

import io
import json

import pytest

from positronic.access.tokens import mint_root
from px.logs.deployed import _documents, _entries, _OwnWords
from px.logs.entry import make_entry, redacted
from px.logs.tail_event import read_event

REQUEST = {
    "url": "https://shop.acme.workers.dev/secrets/CANARY?CANARY=1",
    "method": "CANARY",
    "headers": {"authorization": "CANARY", "CANARY": "CANARY"},
    "cf": {"city": "CANARY"},
}
KINDS = (
    {"request": REQUEST, "response": {"status": 201, "CANARY": 1}},
    {"cron": "CANARY", "scheduledTime": 1},
    {"mailFrom": "CANARY", "rcptTo": "CANARY", "rawSize": 1},
    {"queue": "CANARY", "batchSize": 1},
    {"rpcMethod": "CANARY"},
    {"consumedEvents": [{"scriptName": "CANARY"}]},
    {"type": "overload", "message": "CANARY"},
    {"type": "CANARY", "message": "CANARY"},
    "CANARY",
    None,
)


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_of_what_started_a_call_is_shown(kind: object) -> None:
    """Whatever Cloudflare says beside logs and exceptions."""
    event = {
        "event": kind,
        "outcome": "CANARY",
        "scriptName": "CANARY",
        "entrypoint": "CANARY",
        "CANARY": "CANARY",
        "eventTimestamp": 1,
        "logs": [{"message": ["said"], "level": "CANARY", "timestamp": 1, "CANARY": "CANARY"}],
        "exceptions": [{"name": "E", "message": "m", "stack": "CANARY", "timestamp": 2}],
    }

    found = read_event(event)

    assert [one.level for one in found[:2]] == ["log", "error"]
    assert "CANARY" not in json.dumps([one.document() for one in found])
    assert "CANARY" not in "".join(one.line() + one.lines() for one in found)


def test_lines_and_exceptions_are_in_order_and_an_outcome_is_said() -> None:
    """In px's own words, since neither a line nor an exception tells it."""
    logs = [{"message": ["b", {"n": 1}], "level": "warn", "timestamp": 20}]
    thrown = [{"name": "ValueError", "message": "a", "timestamp": 10}]
    event = {"outcome": "exceededCpu", "eventTimestamp": 5, "logs": logs, "exceptions": thrown}

    found = read_event(event)

    assert [(one.time, one.level, one.exception, one.message) for one in found] == [
        (10, "error", "ValueError", "a"),
        (20, "warn", "", 'b {"n": 1}'),
        (5, "warn", "", "a call was stopped: it exceeded the limit of CPU time"),
    ]


@pytest.mark.parametrize(
    "event",
    [
        {"logs": "x", "exceptions": {"a": 1}},
        {"logs": [1, None, {}], "exceptions": [[], {"name": 5, "message": None}]},
        {"logs": [{"message": 7, "level": [], "timestamp": "now"}], "eventTimestamp": {}},
        {"logs": [{"message": [], "timestamp": 10**30}], "outcome": [], "event": {"message": 1}},
    ],
)
def test_an_event_of_another_form_breaks_nothing(event: dict[str, object]) -> None:
    """What it has of known fields is shown."""
    for one in read_event(event):
        assert one.line().count("\t") == 2
        assert one.moment.endswith("Z")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (f"token {mint_root(lambda size: bytes(size))}!", "token [redacted]!"),
        ("px_shop-0123456789abcdef_00112233 cut off", "[redacted] cut off"),
        ("Authorization: Bearer abc.def-1/x=", "Authorization: Bearer [redacted]"),
        (
            "at https://user:pw@api.example:8443/hook/KEY?k=1#f.",
            "at https://api.example:8443/[redacted]",
        ),
        ("at https://api.example/ and wss://x", "at https://api.example/ and wss://x"),
        ("https://api.example?key=1", "https://api.example/[redacted]"),
        ("postgres://app:pw@db/shop", "postgres://db/[redacted]"),
        ("postgres://app:s3cr@et99@db/x", "postgres://db/[redacted]"),
        ("postgres://app:s3c/ret99@db/x", "postgres://[redacted]"),
        ("'redis://:s3?c#r/et99@cache:6379' it is", "'redis://[redacted]' it is"),
        ("https://api.example/login?password=p@ss", "https://[redacted]"),
        (r"URL_https://user:pw@api.example/k", "URL_https://api.example/[redacted]"),
        ("<https://api.example> (https://u:a<b@db)", "<https://api.example> (https://[redacted]"),
        ("TOKEN_px_shop-0123456789abcdef_00112233", "TOKEN_[redacted]"),
        (r"'a\npx_shop-0123456789abcdef_00112233'", r"'a\n[redacted]'"),
        (r"'a\nBearer abc.def'", r"'a\nBearer [redacted]'"),
        ("my-own-credential leaks", "[redacted] leaks"),
        (
            "run 0123456789abcdef0123456789abcdef failed",
            "run 0123456789abcdef0123456789abcdef failed",
        ),
    ],
)
def test_tokens_credentials_and_paths_are_redacted(text: str, shown: str) -> None:
    """A host stays, and a run's id; a credential of px's own is hidden wherever it is."""
    assert redacted(text, ["my-own-credential"]) == shown


def test_a_credential_is_hidden_inside_an_object_too() -> None:
    """As JSON of Python and of JavaScript writes it, as text, and in an exception."""
    credential = 'pa"ss\\wörd\n2'
    words = [{"key": credential}, json.dumps([credential], ensure_ascii=False), credential]
    event = {
        "logs": [{"message": words, "level": "log", "timestamp": 1}],
        "exceptions": [{"name": "E", "message": f"no {credential}", "timestamp": 2}],
    }

    printed, thrown = read_event(event, [credential])

    assert printed.message == '{"key": "[redacted]"} ["[redacted]"] [redacted]'
    assert thrown.message == "no [redacted]"


def test_a_message_of_nothing_but_addresses_takes_no_long_time() -> None:
    """Each character is looked at a few times, however long the message is."""
    for piece in ("://<", "a-", "a://", "px_", "basic  ", "@:/"):
        assert len(redacted(piece * 200_000)) <= 12 * 200_000


def test_no_message_can_control_a_terminal_or_fake_a_line() -> None:
    """One line in a pipe; below its own line on a terminal. The document has it as it is."""
    message = "\x1b[2J\x9b1m\r\n2027-01-15  error  fake\u2028\u202e"

    entry = make_entry(1_800_000_000_000, "info", message)

    assert entry.line() == (
        "2027-01-15T08:00:00.000Z\tinfo\t\\x1b[2J\\x9b1m\\r\\n2027-01-15  error  fake\\u2028\\u202e"
    )
    assert entry.lines() == (
        "2027-01-15 08:00:00  info   \\x1b[2J\\x9b1m\\r\n  2027-01-15  error  fake\\u2028\\u202e"
    )
    assert entry.document()["message"] == message


def test_a_message_is_of_bounded_length() -> None:
    """And what is left out is counted."""
    entry = make_entry(0, "log", "x" * 9_000)

    assert entry.message == f"{'x' * 4_000} … (5,000 more characters)"


def test_what_wrangler_prints_is_taken_apart() -> None:
    """Objects over several lines, its own words between them, and one that is too long."""
    told: list[str] = []
    event = {"logs": [{"message": ["}\n{"]}], "exceptions": []}
    printed = (
        "▲ [WARNING] Tail connection lost. Reconnecting (attempt 1 of 5) in 1s...\n\n"
        f"{json.dumps(event, indent=4)}\n"
        f"{json.dumps({'logs': ['x' * 5_000_000]}, indent=4)}\n"
        f"{json.dumps(event, indent=4)}\n"
        "▲ [ERROR] it failed\n"
    )
    own = _OwnWords(told.append)

    found = list(_documents(io.BytesIO(printed.encode()), own))

    assert found == [event, None, event]
    assert len(told) == 1
    assert own.text.endswith("it failed\n")


def test_no_part_of_an_event_becomes_a_word_of_wranglers() -> None:
    """Neither of one that is cut off, wherever, nor of one without lines."""
    event = {"event": {"request": REQUEST}, "outcome": "error: CANARY", "CANARY": "CANARY"}
    whole = json.dumps(event, indent=4) + "\n"
    own = _OwnWords(lambda _: None)

    for end in range(len(whole) + 1):
        assert list(_entries(io.BytesIO(whole[:end].encode()), (), own)) == []

    assert own.text == ""
