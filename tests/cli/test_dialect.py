"""The dotenv dialect through `px secret import`, up to the store."""

from __future__ import annotations

import pytest

from px.testing.dev_server import TestDevServer
from support.dialect import ARRIVES, OTHER_ENCODINGS, REFUSED
from support.px_in_process import PxInProcess


@pytest.mark.parametrize(("data", "value"), ARRIVES, ids=range(len(ARRIVES)))
def test_a_value_arrives(here: PxInProcess, server: TestDevServer, data: bytes, value: str) -> None:
    """What the dialect says is what is stored, byte for byte."""
    (here.folder / "x.env").write_bytes(data)

    done = here.run("secret", "import", "x.env")

    assert (done.returncode, done.stdout) == (0, "")
    assert list(server.values().values()) == [value]


@pytest.mark.parametrize(("data", "lines"), REFUSED, ids=range(len(REFUSED)))
def test_a_wrong_line_is_refused(
    here: PxInProcess, server: TestDevServer, data: bytes, lines: list[int]
) -> None:
    """Every line that is wrong is named by its number, and nothing was sent."""
    (here.folder / "x.env").write_bytes(data)

    done = here.run("secret", "import", "x.env")

    named = [line.partition(":")[0] for line in done.stderr.splitlines() if line[0] == " "]
    assert (done.returncode, server.calls) == (2, [])
    assert named == [f"  line {line}" for line in lines]


@pytest.mark.parametrize(("data", "words"), OTHER_ENCODINGS, ids=range(len(OTHER_ENCODINGS)))
def test_another_encoding_is_refused(
    here: PxInProcess, server: TestDevServer, data: bytes, words: str
) -> None:
    """A sentence says what the file is, and nothing was sent."""
    (here.folder / "x.env").write_bytes(data)

    done = here.run("secret", "import", "x.env")

    assert (done.returncode, server.calls) == (2, [])
    assert words in done.stderr.splitlines()[0]
