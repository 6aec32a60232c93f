"""`px spec` at level full against `px serve` with its values at each provider.

Of `make test-providers`, not of `make test`: each takes minutes. A promise may be broken only for a
reason that stands here, and then it must be.
"""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Final

import pytest

from providers.values_hosts import STARTS
from support.px_process import PX

GAPS: Final[dict[str, dict[str, str]]] = {
    "aws-secrets-manager": {},
    "aws-parameter-store": {"limits.value": "a standard parameter has at most 4,096 bytes"},
    "vault": {},
}


@pytest.mark.parametrize("provider", STARTS)
def test_full(provider: str, tmp_path: Path) -> None:
    """Everything that is not in a list above is kept."""
    with STARTS[provider](tmp_path) as host:
        done = subprocess.run(
            [PX, "spec", host.url, "--timeout", "1500", "--json"],
            env={"PATH": os.environ["PATH"], **host.environment},
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )
    broken = {one["id"] for one in json.loads(done.stdout)["promises"] if one["result"] == "failed"}

    assert broken == GAPS[provider].keys(), done.stdout
