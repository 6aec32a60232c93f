"""Another Worker of the account binds our objects: it reads nothing and changes nothing."""

from __future__ import annotations

from worker.harness import Harness


def test_nothing_is_read_and_nothing_is_changed(harness: Harness) -> None:
    """Every name of the object called, also the ones that Python adds, and its own with forged
    commands."""
    found = harness.foreign()
    told, secrets = found["told"], found["secrets"]

    assert isinstance(told, dict)
    assert isinstance(secrets, list)
    assert len(told) > 60, "names were left out"
    for call, answer in told.items():
        assert [secret for secret in secrets if secret in answer] == [], f"{call}: {answer}"
    assert found["after"] == found["before"]
