"""Master keys: read from a setting, picked by id, never shown."""

from __future__ import annotations

import itertools
from base64 import b64encode, urlsafe_b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from positronic.errors import NotConfigured, UnknownKey
from positronic.sealing.keyring import Keyring, hkdf_sha256

KEY_A, KEY_B = bytes([0xFB] * 32), bytes(range(32))
TEXT_A, TEXT_B = b64encode(KEY_A).decode(), b64encode(KEY_B).decode()
SALT, INFO = bytes(16), b"info"


def test_the_first_entry_is_the_newest() -> None:
    """The first entry seals."""
    assert Keyring(f"b:{TEXT_B},a:{TEXT_A}").newest == "b"
    assert Keyring(f"a:{TEXT_A},b:{TEXT_B}").newest == "a"


@pytest.mark.parametrize("second", [TEXT_A, TEXT_B])
def test_a_key_id_that_is_given_twice_is_refused_by_its_id(second: str) -> None:
    """Also with the same key both times: FORMAT.md takes an id once in a setting."""
    with pytest.raises(NotConfigured, match=r"^MASTER_KEYS has the key id a twice$"):
        Keyring(f"a:{TEXT_A},b:{TEXT_B},a:{second}")
    with pytest.raises(NotConfigured, match=r"^MASTER_KEYS_NEXT has the key id a twice$"):
        Keyring(f"b:{TEXT_B}", f"a:{TEXT_A},a:{second}")


def test_an_id_with_another_key_in_each_setting_is_refused_by_its_id() -> None:
    """Which of the two bytes were meant cannot be known."""
    with pytest.raises(NotConfigured, match="the key id a has different keys in MASTER_KEYS_NEXT"):
        Keyring(f"b:{TEXT_B},a:{TEXT_A}", f"a:{TEXT_B}")


def test_one_key_may_be_in_both_settings() -> None:
    """A rotation ends so: the new key is in MASTER_KEYS before MASTER_KEYS_NEXT is gone."""
    keyring = Keyring(f"a:{TEXT_A} b:{TEXT_B}", f"b:{TEXT_B}")

    assert repr(keyring) == "Keyring(b, a)"
    assert keyring.newest == "b"


def test_a_next_key_alone_is_no_configuration() -> None:
    """MASTER_KEYS is what a Worker cannot do without."""
    with pytest.raises(NotConfigured, match=r"^MASTER_KEYS is empty$"):
        Keyring(" ", f"a:{TEXT_A}")


@pytest.mark.parametrize("separator", [",", " ", "\n", ", ", ",\n", "\r\n", "\t", ",,", " , "])
def test_separators(separator: str) -> None:
    """Commas and white space stand between entries, in any number, also at both ends."""
    keyring = Keyring(f"{separator}a:{TEXT_A}{separator}b:{TEXT_B}{separator}")

    assert keyring.derive("a", SALT, INFO) == hkdf_sha256(KEY_A, SALT, INFO, 32)
    assert keyring.derive("b", SALT, INFO) == hkdf_sha256(KEY_B, SALT, INFO, 32)


@pytest.mark.parametrize(
    "text",
    [
        *["", " ", ",", "\n"],
        *[TEXT_A, f":{TEXT_A}", f"a={TEXT_A}", "a:", "a", f"{TEXT_A}:a", f"a:b:{TEXT_A}"],
        *[f"{'k' * 33}:{TEXT_A}", f"k.1:{TEXT_A}", f"ké:{TEXT_A}", f"\uff41:{TEXT_A}"],
        *[f"a:{TEXT_A[:-1]}", f"a:{TEXT_A}=", f"a:{TEXT_A[:-2]}", f"a:A{TEXT_A}", f"a:{TEXT_A}!"],
        f"a:{b64encode(KEY_A[:31]).decode()}",
        f"a:{b64encode(KEY_A + b'x').decode()}",
        f"a:{urlsafe_b64encode(KEY_A).decode()}",
        f"a:{KEY_B.hex()}",
        f"a:{TEXT_B[:-2]}9=",  # unused bits set
        f"a:{TEXT_A},a:{TEXT_B}",
        f"a:{TEXT_A},b",
        f"a:{TEXT_A};b:{TEXT_B}",
        f"a:{TEXT_A}b:{TEXT_B}",
        f'"a:{TEXT_A}"',
    ],
)
def test_a_malformed_setting_is_refused_unshown(text: str) -> None:
    """A list that is not the format's raises NotConfigured, never its text."""
    with pytest.raises(NotConfigured, match="MASTER_KEYS") as caught:
        Keyring(text)

    assert caught.value.__context__ is None or caught.value.__suppress_context__
    for hidden in (TEXT_A, TEXT_B, TEXT_A[:8], TEXT_B[:8], KEY_B.hex()):
        assert hidden not in repr(caught.value.args)


def test_a_malformed_entry_is_named_by_its_place() -> None:
    """The message says which entry it is."""
    with pytest.raises(NotConfigured, match="entry 2 "):
        Keyring(f"a:{TEXT_A},b:short")


def test_an_unknown_key_is_named_by_its_id() -> None:
    """UnknownKey says which key id is missing, so that it can be put back."""
    with pytest.raises(UnknownKey, match="'2025-01'") as caught:
        Keyring(f"a:{TEXT_A}").derive("2025-01", SALT, INFO)

    assert TEXT_A not in str(caught.value)


def test_a_keyring_shows_ids_only() -> None:
    """Its repr holds no key, in no spelling."""
    shown = repr(Keyring(f"b:{TEXT_B},a:{TEXT_A}"))

    assert shown == "Keyring(b, a)"


def test_every_input_changes_the_key() -> None:
    """Another master key, salt or info derives another key."""
    keyring = Keyring(f"a:{TEXT_A},b:{TEXT_B}")
    inputs = itertools.product(("a", "b"), (SALT, bytes(15) + b"\1"), (INFO, b"other"))
    keys = {keyring.derive(*each) for each in inputs}

    assert len(keys) == 8
    assert {len(key) for key in keys} == {32}


@given(st.lists(st.binary(min_size=32, max_size=32), min_size=1, max_size=5))
def test_every_key_of_a_list_can_be_used(keys: list[bytes]) -> None:
    """Whatever the bytes, each entry derives from its own key."""
    text = ",".join(f"key-{n}:{b64encode(key).decode()}" for n, key in enumerate(keys))
    keyring = Keyring(text)

    for number, key in enumerate(keys):
        assert keyring.derive(f"key-{number}", SALT, INFO) == hkdf_sha256(key, SALT, INFO, 32)


@pytest.mark.parametrize("size", [0, 1, 32, 33, 8160])
def test_hkdf_gives_the_size_that_is_asked(size: int) -> None:
    """Any size up to 255 blocks is a prefix of the longest output."""
    longest = hkdf_sha256(KEY_A, SALT, INFO, 8160)

    assert hkdf_sha256(KEY_A, SALT, INFO, size) == longest[:size]
