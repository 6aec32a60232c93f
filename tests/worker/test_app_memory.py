"""What another Worker's process has in its memory: what it was given, and nothing else of ours."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from px.project.workspace import Workspace
from support.process_memory import held, key_spellings, spellings
from worker.app_workers import App, Beside, apart
from worker.canaries import fresh_canary
from worker.main_worker import ProjectApi

BINDINGS: Final[dict[str, object]] = {
    "SECRETS": {"project": "shop", "as": "checkout"},
    "EMPTY": {},
}


def test_only_what_it_was_given(project: Workspace, tmp_path: Path) -> None:
    """Ours and the app's each run in a workerd of their own. The app's has the value that it read,
    and none that it was refused, no master key, no hash of the token and no sealed text."""
    values = {name: fresh_canary() for name in ("GIVEN", "REFUSED", "NO_PROPS")}
    with apart(project, tmp_path, App("js", "reader.mjs", BINDINGS)) as running:
        api = ProjectApi(running.worker, "shop")
        api.bulk(values)
        sent = {"as": "checkout", "read": ["GIVEN", "LATER"]}
        api.call("POST", "/grants", json=sent).raise_for_status()
        refused = [
            running.ask("js", "SECRETS", "get", "REFUSED"),
            running.ask("js", "SECRETS", "getMany", ["GIVEN", "REFUSED"]),
            running.ask("js", "EMPTY", "get", "NO_PROPS"),
        ]
        given = running.ask("js", "SECRETS", "get", "GIVEN")
        wanted = _wanted(running, api, values)
        ours, theirs = (held(group.id, wanted) for group in running.groups)

    assert [one["code"] for one in refused] == ["not_granted", "not_granted", "no_props"]
    assert given == {"value": values["GIVEN"]}
    assert theirs == {"GIVEN"}
    control = {"GIVEN", "the master key", "the token's hash"}
    assert control <= ours, "the scan does not find what is there"


def _wanted(running: Beside, api: ProjectApi, values: Mapping[str, str]) -> dict[str, list[bytes]]:
    """What is looked for, in each spelling in which an isolate may keep it."""
    _, _, key = running.worker.secrets.keys.partition(":")
    rows = running.worker.ledgers.rows(api.project, "version").values()
    texts = {
        **values,
        "the token's hash": running.worker.secrets.variables["ROOT_TOKEN_SHA256"],
        **{f"sealed {number}": json.loads(row)["sealed"] for number, row in enumerate(rows)},
    }
    found = {name: spellings(text) for name, text in texts.items()}
    return {**found, "the master key": key_spellings(key)}
