"""Each vector of px1/ through Sealer: it opens to its plaintext, or is refused by its code."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

import pytest

from positronic.ciphers.native import NativeCipher
from positronic.errors import CorruptRecord, PositronicError
from positronic.names import Name, Project, parse_value
from positronic.ports import Metadata, Record
from positronic.sealing.envelope import unpack
from positronic.sealing.keyring import Keyring
from positronic.secrets.sealer import Sealer
from support.running import run


def _seals_under_newest(vector: dict[str, Any]) -> bool:
    return bool(vector["masterKeys"].startswith(f"{vector['keyId']}:"))


FOLDER: Final = Path(__file__).parent / "px1"
VECTORS: Final[dict[str, dict[str, Any]]] = {
    path.stem: json.loads(path.read_text()) for path in sorted(FOLDER.glob("*.json"))
}
OPEN: Final = [name for name, vector in VECTORS.items() if vector["outcome"] == "opens"]
NEWEST: Final = [name for name in OPEN if _seals_under_newest(VECTORS[name])]
MALFORMED: Final = [
    name for name in VECTORS if name.startswith(("shape_", "base64_", "size_", "key_id_"))
]
REFUSED: Final = [name for name in VECTORS if name not in OPEN]


def _sealer(vector: dict[str, Any], drawn: bytes = b"") -> Sealer:
    """One that opens the vector; `drawn` is what it is given as randomness, in order."""
    rest = [drawn]

    def random(size: int) -> bytes:
        taken, rest[0] = rest[0][:size], rest[0][size:]
        return taken

    keyring = Keyring(vector["masterKeys"])
    return Sealer(Project(vector["project"]), NativeCipher(), keyring, random)


def _record(vector: dict[str, Any]) -> Record:
    metadata = Metadata(
        vector["version"], vector["createdAt"], vector["updatedAt"], vector["keyId"]
    )
    return Record(Name(vector["name"]), metadata, vector["sealed"])


def _open(vector: dict[str, Any]) -> bytes:
    return run(_sealer(vector).open(_record(vector))).reveal().encode()


def _seal(vector: dict[str, Any], value: bytes) -> Record:
    sealer = _sealer(vector, bytes.fromhex(vector["salt"] + vector["nonce"]))
    record = _record(vector)
    return run(sealer.seal(record.name, parse_value(value.decode()), record.metadata))


def test_the_files_are_what_the_script_writes() -> None:
    """`generate.py --check` finds every file as it would write it."""
    script = Path(__file__).parent / "generate.py"
    checked = subprocess.run([sys.executable, script, "--check"], capture_output=True, check=False)

    assert (checked.returncode, checked.stderr) == (0, b"")


def test_failures_outnumber_successes() -> None:
    """The vectors say more about what is refused than about what opens."""
    assert len(REFUSED) > 4 * len(OPEN) > 0


@pytest.mark.parametrize("name", OPEN)
def test_a_good_vector_opens(name: str) -> None:
    """A good text opens to its plaintext, byte for byte."""
    plaintext = _open(VECTORS[name])

    if "plaintext" in VECTORS[name]:
        assert plaintext.hex() == VECTORS[name]["plaintext"]
    else:
        assert hashlib.sha256(plaintext).hexdigest() == VECTORS[name]["plaintextSha256"]


@pytest.mark.parametrize("name", REFUSED)
def test_a_bad_vector_is_refused(name: str) -> None:
    """A bad text raises the vector's code and nothing else, and says none of what it read."""
    vector = VECTORS[name]
    with pytest.raises(PositronicError) as caught:
        _open(vector)

    assert caught.value.code == vector["outcome"]
    assert caught.value.__context__ is None or caught.value.__suppress_context__
    told = repr((caught.value.message, caught.value.details, caught.value.headers))
    for hidden in _hidden(vector):
        assert hidden not in told


@pytest.mark.parametrize("name", MALFORMED)
def test_a_malformed_text_is_refused_unopened(name: str) -> None:
    """Shape, spelling and sizes are judged from the text alone, before any key is derived."""
    with pytest.raises(CorruptRecord):
        unpack(VECTORS[name]["sealed"])


def _hidden(vector: dict[str, Any]) -> list[str]:
    """What no message may hold: keys, and the fields of the sealed text but a known key id."""
    keys = [entry.partition(":")[2] for entry in vector["masterKeys"].split(",")]
    fields = [field for field in vector["sealed"].split(".") if len(field) > 7]
    return ["correct horse", *keys, *fields]


@pytest.mark.parametrize("name", NEWEST)
def test_sealing_reproduces_a_good_vector(name: str) -> None:
    """The same value, names, dates, keys and randomness seal to the same text, byte for byte."""
    vector = VECTORS[name]
    record = _seal(vector, _open(vector))

    assert record == _record(vector)
