"""What is said of a file in the data folder that cannot be used."""

from __future__ import annotations

from pathlib import Path

import pytest

from px.errors import Usage
from px.serve.data_folder import MASTER_KEYS, TARGET_CREDENTIALS, DataFolder


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        (MASTER_KEYS, "restore a copy of it: without its keys, no ledger here can be opened"),
        (TARGET_CREDENTIALS, "restore a copy of target-credentials, or write it again"),
    ],
)
def test_what_is_lost_with_a_file(tmp_path: Path, name: str, hint: str) -> None:
    """Ledgers open without what opens targets."""
    (tmp_path / name).touch(mode=0o600)
    (tmp_path / name).write_bytes(b"\xff")

    with pytest.raises(Usage, match="not UTF-8 text") as refused:
        DataFolder(tmp_path).read(name)
    assert refused.value.hint == hint
