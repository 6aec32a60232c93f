"""C2SP's Wycheproof cases hold on the native cipher and on the keyring's HKDF."""

from __future__ import annotations

from typing import Final

import pytest

from positronic.ciphers.native import NativeCipher
from positronic.ports import InvalidTag
from positronic.sealing.keyring import hkdf_sha256
from support.running import run
from vectors.wycheproof import ABSENT, AES_GCM, HKDF, Case, HkdfCase, aes_gcm_cases, hkdf_cases

pytestmark = pytest.mark.skipif(not (AES_GCM.is_file() and HKDF.is_file()), reason=ABSENT)

GCM: Final = aes_gcm_cases()
DERIVATIONS: Final = hkdf_cases()


def test_all_cases_are_read() -> None:
    """Every case of the shared files is run, and none is lost in reading."""
    assert (len(GCM), sum(not case.valid for case in GCM)) == (66, 27)
    assert (len(DERIVATIONS), sum(not case.valid for case in DERIVATIONS)) == (86, 3)


@pytest.mark.parametrize("case", [case for case in GCM if case.valid], ids=lambda case: case.id)
def test_a_valid_case_seals_to_ciphertext_and_tag(case: Case) -> None:
    """Sealing gives exactly the ciphertext and tag of the case."""
    text = (case.key, case.nonce, case.plaintext, case.aad)
    [sealed] = run(NativeCipher().seal_many([text]))

    assert sealed == case.sealed


@pytest.mark.parametrize("case", [case for case in GCM if case.valid], ids=lambda case: case.id)
def test_a_valid_case_opens(case: Case) -> None:
    """Opening gives exactly the message of the case."""
    plaintext = run(NativeCipher().open(case.key, case.nonce, case.sealed, case.aad))

    assert plaintext == case.plaintext


@pytest.mark.parametrize("case", [case for case in GCM if not case.valid], ids=lambda case: case.id)
def test_an_invalid_case_does_not_open(case: Case) -> None:
    """A wrong tag raises InvalidTag."""
    with pytest.raises(InvalidTag):
        run(NativeCipher().open(case.key, case.nonce, case.sealed, case.aad))


@pytest.mark.parametrize("case", [c for c in DERIVATIONS if c.valid], ids=lambda case: case.id)
def test_a_valid_derivation(case: HkdfCase) -> None:
    """HKDF gives exactly the output of the case."""
    assert hkdf_sha256(case.key, case.salt, case.info, case.size) == case.output


@pytest.mark.parametrize("case", [c for c in DERIVATIONS if not c.valid], ids=lambda case: case.id)
def test_an_invalid_derivation(case: HkdfCase) -> None:
    """An output longer than HKDF can give is refused."""
    with pytest.raises(ValueError, match="at most"):
        hkdf_sha256(case.key, case.salt, case.info, case.size)
