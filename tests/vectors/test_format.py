"""The worked examples of FORMAT.md, each intermediate against the code."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import pytest

import positronic
from positronic.ciphers.native import NativeCipher
from positronic.names import MAX_VALUE, Name, Project
from positronic.ports import Metadata
from positronic.sealing.envelope import (
    MAX_LENGTH,
    Envelope,
    associated_data,
    key_info,
    pack,
    unpack,
)
from positronic.sealing.keyring import Keyring, hkdf_sha256
from support.running import run

SPEC: Final = (Path(positronic.__file__).parent / "sealing" / "FORMAT.md").read_text()
EXAMPLES: Final = [
    dict(line.split(" = ", 1) for line in block.splitlines())
    for block in re.findall(r"^```\n(.*?)^```$", SPEC, re.MULTILINE | re.DOTALL)
]


def _place(example: dict[str, str]) -> tuple[Project, Name, Metadata]:
    metadata = Metadata(
        int(example["version"]), int(example["created"]), int(example["updated"]), example["key id"]
    )
    return Project(example["project"]), Name(example["name"]), metadata


def test_there_are_two_examples() -> None:
    """Both worked examples are read out of the spec."""
    assert len(EXAMPLES) == 2


@pytest.mark.parametrize("example", EXAMPLES)
def test_the_key_of_an_example(example: dict[str, str]) -> None:
    """Info and derived key are the spec's, from the master key and from MASTER_KEYS."""
    project, name, metadata = _place(example)
    info, salt = key_info(project, name), bytes.fromhex(example["salt"])
    direct = hkdf_sha256(bytes.fromhex(example["master key"]), salt, info, 32)
    by_id = Keyring(example["master keys"]).derive(metadata.key_id, salt, info)

    assert info.hex() == example["info"]
    assert direct.hex() == by_id.hex() == example["derived key"]


@pytest.mark.parametrize("example", EXAMPLES)
def test_the_sealing_of_an_example(example: dict[str, str]) -> None:
    """Associated data, ciphertext, tag and line are the spec's."""
    aad = associated_data(*_place(example))
    key, salt, nonce, value = (
        bytes.fromhex(example[field]) for field in ("derived key", "salt", "nonce", "value")
    )
    [sealed] = run(NativeCipher().seal_many([(key, nonce, value, aad)]))

    assert aad.hex() == example["aad"]
    assert sealed.hex() == example["ciphertext"] + example["tag"]
    assert pack(Envelope(example["key id"], salt, nonce, sealed)) == example["sealed text"]


@pytest.mark.parametrize("example", EXAMPLES)
def test_the_line_of_an_example(example: dict[str, str]) -> None:
    """The line unpacks to the parts that the spec shows."""
    envelope = unpack(example["sealed text"])

    assert envelope.key_id == example["key id"]
    assert envelope.salt.hex() == example["salt"]
    assert envelope.nonce.hex() == example["nonce"]
    assert envelope.sealed.hex() == example["ciphertext"] + example["tag"]


def test_the_limits_of_the_text() -> None:
    """The longest text has the length that the spec says, and fits under the reader's limit."""
    longest = pack(Envelope("k" * 32, bytes(16), bytes(12), bytes(MAX_VALUE + 16)))

    assert f"The longest sealed text has {len(longest):,} characters" in SPEC
    assert f"more than {MAX_LENGTH:,} characters" in SPEC
    assert len(longest) <= MAX_LENGTH
