"""The log has no text of a caller: no query, no header, no segment, no message of an error."""

from __future__ import annotations

import io
import json
import logging

import pytest

from px.serve.log import FromLibraries, HostLog, template

CANARY = "canary-value-4711"


def lines(stream: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


@pytest.mark.parametrize(
    ("method", "path", "shown"),
    [
        ("GET", "/status", "/status"),
        ("DELETE", f"/secrets/{CANARY}", "/secrets/{name}"),
        ("DELETE", f"/secrets/{CANARY}/versions/3", "/secrets/{name}/versions/{version}"),
        ("PUT", f"/secrets/{CANARY}", "unknown"),
        ("GET", f"/{CANARY}", "unknown"),
        ("GET", f"/secrets/%ff{CANARY}/uses", "unknown"),
    ],
)
def test_a_path_is_its_template(method: str, path: str, shown: str) -> None:
    """A name may be a value in the wrong place."""
    assert template(method, path) == shown


def test_a_request_is_one_line() -> None:
    """With what finds it in the audit log: its id."""
    stream = io.StringIO()
    HostLog(stream).request("DELETE", f"/secrets/{CANARY}", 204, 1.26, "abc")
    HostLog(stream).request(CANARY, "/", 500, 0, "def")

    first, second = lines(stream)
    assert first.pop("time")
    assert first == {
        "level": "info",
        "method": "DELETE",
        "path": "/secrets/{name}",
        "status": 204,
        "milliseconds": 1.3,
        "requestId": "abc",
    }
    assert (second["level"], second["method"]) == ("error", "unknown")
    assert CANARY not in stream.getvalue()


def test_a_log_that_cannot_be_written_stops_nothing() -> None:
    """A full disk, or a pipe whose reader is gone."""
    stream = io.StringIO()
    stream.close()

    HostLog(stream).info("x")


def test_what_libraries_say_is_one_line_without_texts() -> None:
    """The exception's place and type, not its message; the sentence, not its arguments."""
    stream = io.StringIO()
    logger = logging.Logger("uvicorn.error")
    logger.addHandler(FromLibraries(HostLog(stream)))
    try:
        int(CANARY)
    except ValueError:
        logger.exception(f"Exception in ASGI application\n{CANARY}")
    logger.warning("got %s", CANARY)
    logger.info("nothing")

    assert [one["level"] for one in lines(stream)] == ["warning", "warning"]
    assert "uvicorn: got %s" in stream.getvalue()
    assert "ValueError at " in stream.getvalue()
    assert CANARY not in stream.getvalue()


@pytest.mark.parametrize("name", ["brain", "asyncio", CANARY, "uvicorns"])
def test_what_other_code_logs_is_not_repeated(name: str) -> None:
    """A brain's sentence may have a value in it, and so may a callback's arguments."""
    stream = io.StringIO()
    logger = logging.Logger(name)
    logger.addHandler(FromLibraries(HostLog(stream)))
    logger.warning(f"the token is {CANARY}")

    assert "a message of test_log.py, line " in stream.getvalue()
    assert CANARY not in stream.getvalue()
