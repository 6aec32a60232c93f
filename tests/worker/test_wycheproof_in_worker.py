"""C2SP's Wycheproof cases hold inside workerd."""

from __future__ import annotations

import pytest

from vectors.wycheproof import ABSENT, AES_GCM, Case, aes_gcm_cases
from worker.harness import Harness

pytestmark = pytest.mark.skipif(not AES_GCM.is_file(), reason=ABSENT)

CASES = aes_gcm_cases()


def test_all_cases_are_read() -> None:
    """All 66 cases are run here."""
    assert len(CASES) == 66


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_case(harness: Harness, case: Case) -> None:
    """A valid case seals and opens to its bytes; an invalid one raises InvalidTag."""
    opened = harness.cipher("open", case.key, case.nonce, case.sealed, case.aad)
    sealed = harness.cipher("seal", case.key, case.nonce, case.plaintext, case.aad)

    assert opened == (case.plaintext if case.valid else None)
    assert (sealed == case.sealed) is case.valid
