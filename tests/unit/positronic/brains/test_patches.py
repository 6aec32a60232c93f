"""Patches: applied in order they give the redacted state, and none of them tells a value."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from positronic import BrainSecrets, brain
from positronic.brains import InvalidRun
from positronic.brains.jsonable import same_json
from positronic.brains.patches import apply, difference
from positronic.brains.run_redactor import RunRedactor
from positronic.testing import Ran, run_brain_sync

State = dict[str, Any]

VALUES: Final = {"ONE": "value~one/x", "TWO": "value two", "PIN": "1234"}

KEYS: Final = st.sampled_from(["", "a", "b", "a/b", "~", "0", "-", *VALUES.values()])
TEXTS: Final = st.sampled_from(["", "x", *VALUES.values(), *(f"<{v}>" for v in VALUES.values())])
DOCUMENTS: Final = st.recursive(
    st.none() | st.booleans() | st.integers(0, 2) | st.sampled_from([0.0, 1.0, 1234]) | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=10,
)
STATES: Final = st.dictionaries(KEYS, DOCUMENTS, max_size=4)


@settings(deadline=None)
@given(STATES, STATES)
def test_a_patch_leads_from_one_to_the_other(before: State, after: State) -> None:
    """Exactly, as JSON tells things apart: 1, 1.0 and true are three."""
    kept = json.dumps(before)
    patch = difference(before, after)

    assert same_json(apply(before, [patch]), after)
    assert json.dumps(before) == kept


def _step(after: State, name: str | None) -> Callable[[BrainSecrets], Awaitable[State]]:
    async def act(secrets: BrainSecrets) -> State:
        if name:
            await secrets.get(name)
        return after

    return act


def _run(states: list[State], reads: list[str | None]) -> Ran:
    """Each step may read a value, and returns the next state, whatever came before."""
    built = brain("states")
    for number, (state, read) in enumerate(zip(states[1:], reads, strict=True)):
        built = built.step(f"step {number}", _step(state, read))
    return run_brain_sync(built, secrets=VALUES, initial_state=states[0])


@settings(deadline=None)
@given(
    st.lists(STATES, min_size=4, max_size=4),
    st.lists(st.sampled_from([None, *VALUES]), min_size=3, max_size=3),
)
def test_a_replayed_run_has_the_redacted_state(
    states: list[State], reads: list[str | None]
) -> None:
    """After every step, with values that are read early, late, or that were there before."""
    ran, redactor = _run(states, reads), RunRedactor()
    completes = [event for event in ran.events if event["type"] == "step:complete"]
    shown = ran.events[0]["initialState"]
    for state, name, event in zip(states[1:], reads, completes, strict=True):
        if name:
            redactor.add(name, VALUES[name])
        shown = apply(shown, [event["patch"]])

        assert same_json(shown, redactor.document(state))
        assert not [value for value in _long(redactor) if value in json.dumps(event)]
    assert same_json(ran.state, shown)


def _long(redactor: RunRedactor) -> list[str]:
    return [VALUES[name] for name in redactor.names if name not in redactor.whole_only]


def test_many_changes_are_told_as_a_whole() -> None:
    """A long list without some of its items would take jsonpatch minutes; one change is a patch."""
    before = {"all": [{"i": number} for number in range(50_000)]}
    after = {"all": before["all"][::2]}
    patch = difference(before, {**before, "one": 1})

    assert difference(before, after) == [{"op": "replace", "path": "", "value": after}]
    assert patch == [{"op": "add", "path": "/one", "value": 1}]


@pytest.mark.parametrize(
    "patch",
    [
        [{"op": "test", "path": "/a", "value": 2}],
        [{"op": "remove", "path": "/b"}],
        [{"op": "add", "path": "no pointer", "value": 1}],
        [{"op": "add", "path": "/a/b/c", "value": 1}],
        [{"op": "fly", "path": "/a"}],
        [{"path": "/a"}],
        [{"op": "replace", "path": "", "value": [1]}],
        ["remove"],
        {"op": "remove"},
        3,
    ],
)
def test_a_patch_that_does_not_fit(patch: Any) -> None:  # noqa: ANN401
    """Whatever is stored in a patch's place, it is one clear refusal."""
    with pytest.raises(InvalidRun):
        apply({"a": 1}, [patch])
