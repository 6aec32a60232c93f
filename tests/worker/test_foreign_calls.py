"""Another Worker of the account binds our objects: it reads nothing and changes nothing."""

from __future__ import annotations

import json

from worker.harness import Harness


def test_nothing_is_read_nothing_is_changed_and_it_is_recorded(harness: Harness) -> None:
    """Every name of the object called, also the ones that Python adds, and its own with forged
    commands: one event a minute, in the chain, and none where nobody ever wrote."""
    found = harness.foreign()
    told, secrets = found["told"], found["secrets"]

    assert isinstance(told, dict)
    assert isinstance(secrets, list)
    assert len(told) > 60, "names were left out"
    for call, answer in told.items():
        assert [secret for secret in secrets if secret in answer] == [], f"{call}: {answer}"
    refused = [code for code in ("forbidden", "busy") if any(code in one for one in told.values())]
    assert refused == ["forbidden", "busy"], "the calls did not arrive"
    assert found["after"] == found["before"]
    assert isinstance(found["recorded"], list)
    assert len(found["recorded"]) == 1, found["recorded"]
    text, verdict = found["recorded"][0]
    event = json.loads(text)
    assert (event["action"], event["outcome"], verdict) == ("foreign.call", "refused", "intact")
    assert found["untouched"] == []
    run = found["run"]
    assert isinstance(run, dict)
    assert [secret for secret in secrets if secret in str([*run.values()])] == []
    changing = [told for call, told in run.items() if call.startswith(("__setattr__['", "__del"))]
    assert ["nothing hangs" in told for told in changing] == [True] * len(changing)
    assert run["at last"] == 'answer: ""', "the object is not what it was"
