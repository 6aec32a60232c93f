"""Requests made up from openapi.json, right ones and wrong ones, to the real Worker."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from spec.hosts import Host

SEED = "4711"
# A list that is too long is 413; no schema can say that each name stands once; and asking whether
# a deleted secret exists is answered 200 with a no. Of a rotation, of copies, of an export, of runs
# and of what is due, a cursor is only what an answer gave. Which characters are printable, and
# which dates there are, a pattern does not say; nor what the file of an export holds, which version
# a secret has, or that two parameters, or two fields, exclude each other. workerd shows no empty
# header, so that an empty If-Match is as none.
LEFT_OUT = {
    "positive_data_acceptance": (
        *("GET /secrets", "POST /secrets", "POST /secrets/bulk", "POST /secrets/{name}/rollback"),
        *("PATCH /secrets/{name}", "PATCH /secrets/bulk", "GET /due", "GET /copies", "GET /runs"),
        *("POST /keys/rotate", "POST /project/import", "POST /project/import/check"),
        *("POST /project/export", "PUT /targets/{target}"),
        *("DELETE /secrets", "DELETE /secrets/bulk", "DELETE /secrets/{name}"),
    ),
    "negative_data_rejection": (
        *("POST /secrets", "POST /secrets/{name}/rollback"),
        *("DELETE /secrets", "DELETE /secrets/bulk", "DELETE /secrets/{name}"),
    ),
    "use_after_free": ("GET /secrets/{name}/exists",),
}
CONFIG = """\
[checks.negative_data_rejection]
expected-statuses = [400, 401, 403, 404, 405, 413, 415]
""" + "".join(
    f'[[operations]]\ninclude-name = "{call}"\nchecks.{check}.enabled = false\n'
    for check, calls in LEFT_OUT.items()
    for call in calls
)
EXAMPLES = "10"  # for each call and phase; with the fixed ones, some 500 requests


def test_the_worker_is_as_described(worker: Host, tmp_path: Path) -> None:
    """Every answer has a status, headers and a body that openapi.json describes; none is a 5xx."""
    report = tmp_path / "report.json"
    (tmp_path / "schemathesis.toml").write_text(CONFIG)
    done = subprocess.run(
        [
            *(Path(sys.executable).with_name("st"), "run", f"{worker.url}/openapi.json"),
            *("--header", f"Authorization: Bearer {worker.token}", "--no-color"),
            *("--seed", SEED, "--max-examples", EXAMPLES),
            # Names of targets are made up from a pattern that few texts match.
            "--suppress-health-check=filter_too_much",
            *("--generation-database", "none", "--report-json-path", str(report)),
        ],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )

    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    assert "Test cases:" in done.stdout
    assert json.loads(report.read_text())
