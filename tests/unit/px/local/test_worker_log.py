from __future__ import annotations

from pathlib import Path

import pytest

from px.cloudflare.printed_failure import reason
from px.local import worker_log

PATH = Path("/p/.px/worker.log")

# As wrangler 4.164.0 printed it.
MISSING = b"""\
\x1b[31m\xe2\x9c\x98 [\x1b[41;31m[ERROR\x1b[31m]\x1b[0m service core:user:x: Uncaught Error: \
PythonError: Traceback (most recent call last):\x1b[0m

    File "/session/metadata/entry.py", line 2, in <module>
      import nosuch
  ModuleNotFoundError: No module named 'nosuch'

    at null.<anonymous> (pyodideRuntime-internal:pyodide.asm:2:568550) in new_error
"""

# As workerd 1.20261117.1 printed it.
RANDOM = """\
service worker: Uncaught Error: PythonError: Traceback (most recent call last):
  File "/session/metadata/entry.py", line 1, in <module>
    import os; os.urandom(4)
OSError: [Errno 29] Randomness is not allowed while a Worker is starting

  at pyodideRuntime-internal:pyodide.asm:2:568550 in new_error
  at wasm://wasm/0249d42a:1:415075 in $wrap_exception
"""

QUIET = """\
\u250c\u2500\u2500\u2510
\u2502 Name \u2502
\u2394 Starting local server...
[wrangler:info] Ready on http://127.0.0.1:8787
"""


def test_a_missing_python_module_is_named() -> None:
    """The sentence names the module, the hint says where to add it."""
    found = worker_log.explain(MISSING, PATH)

    assert found.message == (
        "the Worker did not start: worker/entry.py, line 2: there is no module `nosuch`: "
        "neither a file in worker/ nor a bundled package"
    )
    assert "pyproject.toml" in found.hint


def test_a_python_traceback_ends_with_its_exception() -> None:
    """The reason is the traceback, without the runtime's own frames."""
    lines = reason(RANDOM).splitlines()

    assert lines[0] == "Traceback (most recent call last):"
    assert lines[-1].startswith("OSError: [Errno 29]")


def test_a_log_without_a_failure_has_no_reason() -> None:
    """Tables and request lines are none; the hint then names the log."""
    assert reason(QUIET) == ""
    assert worker_log.explain(QUIET.encode(), PATH).hint == f"its log is {PATH}"


def test_the_log_is_its_owners_alone(tmp_path: Path) -> None:
    """Mode 600, also where a wider file lay; emptied only when asked."""
    path = tmp_path / "log"
    path.write_bytes(b"old")
    path.chmod(0o644)
    with worker_log.open_log(path, fresh=False) as log:
        log.write(b" new")

    assert path.stat().st_mode & 0o777 == 0o600
    assert worker_log.read_from(path, 3) == b" new"

    with worker_log.open_log(path, fresh=True):
        assert path.read_bytes() == b""


def test_a_link_in_the_logs_place_is_not_followed(tmp_path: Path) -> None:
    """Nobody gets another file emptied by a link that lies in wait."""
    (tmp_path / "log").symlink_to(tmp_path / "other")

    with pytest.raises(OSError, match="symbolic links"):
        worker_log.open_log(tmp_path / "log", fresh=True)


def test_a_long_log_starts_over(tmp_path: Path) -> None:
    """Its reader misses nothing, the Worker appends as before, and one older text is kept."""
    path = tmp_path / "log"
    new = worker_log.NewOutput(path, limit=10)
    read = b""
    with worker_log.open_log(path, fresh=True) as worker:
        for number in range(8):
            worker.write(b"line %d\n" % number)
            read += new.take()

    assert read == b"".join(b"line %d\n" % number for number in range(8))
    assert path.read_bytes() == b""
    assert worker_log.older(path).read_bytes() == b"line 6\nline 7\n"
    assert worker_log.older(path).stat().st_mode & 0o777 == 0o600


def test_a_full_disk_stops_no_worker(tmp_path: Path) -> None:
    """The older text cannot be kept: the log starts over all the same."""
    path = tmp_path / "log"
    worker_log.older(path).symlink_to("/dev/full")
    path.write_bytes(b"more than is kept\n")

    assert worker_log.NewOutput(path, limit=10).take() == b"more than is kept\n"
    assert path.read_bytes() == b""


def test_what_a_worker_wrote_since_its_start(tmp_path: Path) -> None:
    """Also after the log started over."""
    path = tmp_path / "log"
    path.write_bytes(b"short")

    assert worker_log.read_from(path, 100) == b"short"


# As wrangler 4.164.0 printed it, with what it printed after.
UNKNOWN_PARAMETER = """\
[ERROR] service core:user:x: Uncaught Error: PythonError: Traceback (most recent call last):

    File "/session/metadata/entry.py", line 136, in _find_brains
      f"brains/{name}.py": importlib.import_module(f"brains.{name}")
                           ~~~~~~~~~~~~~~~~~~~~~~~^^^^^^^^^^^^^^^^^^
    File "/session/metadata/brains/mine.py", line 2, in <module>
      b = brain("y").step("A", lambda state, nonsense: {})
    File "/session/metadata/positronic/brains/injection.py", line 27, in named_parameters
      raise InvalidBrain(
  positronic.brains.brain_errors.InvalidBrain: step 'A': there is nothing to give

  The above exception was the direct cause of the following exception:

  Traceback (most recent call last):
    File "/session/metadata/entry.py", line 136, in _find_brains
      return find_brains(brain_files.import_all())
  positronic.cloudflare.brain_files.NotImported: worker/brains/mine.py, line 2: step 'A': there is nothing to give

    at null.<anonymous> (pyodideRuntime-internal:pyodide.asm:2:568550) in new_error
[WARNING] A DurableObjectNamespace in the config referenced the class "ProjectLedger"
"""  # noqa: E501

NOT_CLOSED = """\
service worker: Uncaught Error: PythonError: Traceback (most recent call last):
  File "/session/metadata/entry.py", line 136, in _find_brains
  File "/session/metadata/brains/mine.py", line 3
    b = brain("x").step("A", lambda state: {
                                           ^
SyntaxError: '{' was never closed
"""

TWICE = """\
service worker: Uncaught Error: PythonError: Traceback (most recent call last):
  File "/session/metadata/positronic/brains/discovery.py", line 49, in find_brains
positronic.brains.brain_errors.InvalidBrain: brains/a.py and brains/b.py both have a brain 'x'

  at pyodideRuntime-internal:pyodide.asm:2:568550 in new_error
"""

# A bare assert in the Worker's own top level, and wrangler's words after it.
BARE = """\
[ERROR] service core:user:x: Uncaught Error: PythonError: Traceback (most recent call last):

    File "/session/metadata/entry.py", line 7, in <module>
      assert x
             ^
  AssertionError

    at null.<anonymous> (pyodideRuntime-internal:pyodide.asm:2:568550) in new_error
[ERROR] The Workers runtime failed to start.

**If you think this is a bug then please create an issue at https://example.com/workers-sdk**
"""

IN_A_LIBRARY = """\
service worker: Uncaught Error: PythonError: Traceback (most recent call last):
  File "/session/metadata/entry.py", line 3, in <module>
    json.loads("{")
  File "/lib/python314.zip/json/decoder.py", line 345, in decode
    obj, end = self.raw_decode(s, idx=_w(s, 0).end())
json.decoder.JSONDecodeError: Expecting property name
second line

  at pyodideRuntime-internal:pyodide.asm:2:568550 in new_error
"""


@pytest.mark.parametrize(
    ("log", "why"),
    [
        (BARE, "worker/entry.py, line 7: AssertionError"),
        (
            IN_A_LIBRARY,
            "worker/entry.py, line 3: json.decoder.JSONDecodeError: Expecting property name"
            " second line",
        ),
        (UNKNOWN_PARAMETER, "worker/brains/mine.py, line 2: step 'A': there is nothing to give"),
        (NOT_CLOSED, "worker/brains/mine.py, line 3: SyntaxError: '{' was never closed"),
        (TWICE, "brains/a.py and brains/b.py both have a brain 'x'"),
    ],
)
def test_a_brain_that_cannot_be_imported_is_a_sentence(log: str, why: str) -> None:
    """The author sees file, line and reason; the traceback stays in the log."""
    found = worker_log.explain(log.encode(), PATH)

    assert found.message == f"the Worker did not start: {why}"
    assert found.hint == f"the traceback is in {PATH}"


def test_what_is_shown_steers_no_terminal() -> None:
    """Not by what a brain prints, nor by what a service answers; tabs stay."""
    written = "a\x1b[2J\x1b]0;title\x07b\r\n\tc\x1b[31mred\x1b[0m \x9b1A ü\r\n\u202e\0".encode()

    lines = worker_log.shown(written + b"\xff")

    assert lines == [
        r"a\x1b[2J\x1b]0;title\x07b",
        "\tcred \\x9b1A ü",
        "\\u202e\\x00\ufffd",
    ]


def test_runs_that_failed_are_picked_out_of_the_log() -> None:
    """By what the Worker says of them, and nothing else that is logged."""
    failed = f"run {'0' * 32} of 'a brain' failed at worker/brains/x.py, line 3: ValueError"
    written = f"loud\n{failed}\nrun x failed at y\n{failed[:-1]}\x1b\n".encode()

    assert worker_log.notable_runs(written) == [
        f"Run {'0' * 32} of 'a brain' failed at worker/brains/x.py, line 3: ValueError; "
        f"px brain status {'0' * 32} shows why",
        f"Run {'0' * 32} of 'a brain' failed at worker/brains/x.py, line 3: ValueErro\\x1b; "
        f"px brain status {'0' * 32} shows why",
    ]


def test_runs_that_read_what_has_expired_are_picked_out_too() -> None:
    """With the names of the secrets, as the Worker says it."""
    said = f"run {'0' * 32} of 'a brain' read what has expired: A, B"
    written = f"loud\n{said}\nrun x of 'y' read what has expired: A\n".encode()

    assert worker_log.notable_runs(written) == [f"R{said[1:]}"]
