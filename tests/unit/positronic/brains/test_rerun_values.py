"""A rerun over a state that was redacted works on true values, or says why it cannot."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from positronic.brains import Brain, BrainSecrets, brain
from positronic.brains.known_values import Read
from positronic.brains.redactions import LOST, MAX_REDACTIONS, NotRestorable, redactions, restored
from positronic.brains.run_redactor import RunRedactor
from positronic.names import parse_name
from positronic.ports import SecretInfo
from support.memory_service import House

State = dict[str, Any]

WORD: Final = "production"
PIN: Final = "123456"
KEY: Final = 'a "long" key/with~signs'
SECRETS: Final = {"WORD": WORD, "PIN": PIN, "KEY": KEY}

# Each a state that a step returns with true values in it.
STATES: Final[dict[str, State]] = {
    "a value": {"a": WORD},
    "a key": {WORD: 1, f"the {KEY}": {"in": 2}},
    "a number": {"n": 123456, "negative": -123456, "longer": 99123456.5},
    "nested": {"a": [{"b": [[WORD], {KEY: {PIN: [KEY, {"x~/y": KEY}]}}]}]},
    "inside a text": {"a": f"<{WORD}>, {KEY} and {PIN}{PIN}", "b": f"{KEY}{WORD}"},
    "beside a literal marker": {"a": f"[secret:WORD] {WORD} [secret:WORD][secret:KEY]"},
}


def house_of(made: Brain, **secrets: str) -> House:
    house = House(brains=[made])
    put(house, **(secrets or SECRETS))
    return house


def put(house: House, **secrets: str) -> None:
    some = [{"name": name, "value": value} for name, value in secrets.items()]
    assert house.call("POST", "/secrets/bulk", {"secrets": some}).status == 201


def start(house: House, title: str = "b", /, **more: object) -> str:
    answer = house.call("POST", "/brains/runs", {"identifier": title, **more})
    assert answer.status == 201, answer.json
    return str(answer.json["brainRunId"])


def rerun(house: House, run_id: str, number: int) -> Any:  # noqa: ANN401 - an answer
    return house.call("POST", "/brains/runs/rerun", {"runId": run_id, "startsAt": number})


def look(house: House, run_id: str) -> Any:  # noqa: ANN401 - a run
    return house.call("GET", f"/brains/runs/{run_id}").json


def told(house: House, run_id: str) -> str:
    return house.call("GET", f"/brains/runs/{run_id}/watch").body.decode()


def two_steps(make: Callable[[State], State], seen: list[State]) -> Brain:
    """The first reads all and returns what `make` says; the second notes what it is given."""

    async def first(state: State, secrets: BrainSecrets) -> State:
        await secrets.get_many(list(SECRETS))
        return make(state)

    async def second(state: State) -> State:
        seen.append(state)
        return state

    return brain("b").step("First", first).step("Second", second)


@pytest.mark.parametrize("where", STATES)
def test_a_rerun_gets_the_true_state(where: str) -> None:
    """Wherever a marker stands; and a rerun of that rerun too. Nothing of it is told."""
    seen: list[State] = []
    house = house_of(two_steps(lambda _: STATES[where], seen))

    first = start(house)
    second = rerun(house, first, 2).json["brainRunId"]
    third = rerun(house, second, 2).json["brainRunId"]

    assert seen == [STATES[where]] * 3
    shown = [look(house, run_id)["state"] for run_id in (first, second, third)]
    assert shown[0] == shown[1] == shown[2] != STATES[where]
    assert WORD not in told(house, third).replace("[secret:WORD]", "")


def test_what_a_rerun_reads_again_is_recorded() -> None:
    """One brain.read with the names it needs, before the brain's code runs."""
    actions: list[list[tuple[str, list[str]]]] = []
    house = House()

    async def first(state: State, secrets: BrainSecrets) -> State:
        return {"a": await secrets.get("WORD"), "b": [await secrets.get("PIN")]}

    async def second(state: State) -> State:
        actions.append([])
        return state

    house = house_of(brain("b").step("First", first).step("Second", second))
    run_id = start(house)
    new = rerun(house, run_id, 2).json["brainRunId"]
    events = [one for one in house.events() if one["actor"].get("id") == new]

    assert [(one["action"], sorted(one["names"])) for one in events] == [
        ("brain.read", ["PIN", "WORD"])
    ]


@pytest.mark.parametrize("field", ["options", "initialState"])
def test_what_the_caller_sent_is_put_back(field: str) -> None:
    """A value in options or initial state was redacted once it was read: a rerun has it again."""
    seen: list[object] = []

    async def first(state: State, options: State, secrets: BrainSecrets) -> State:
        seen.append({"options": options["a"], "initialState": state.get("a")}[field])
        await secrets.get("WORD")
        return {}

    steps = brain("b").with_options({"a": ""}).step("First", first)
    house = house_of(steps)
    run_id = start(house, **{field: {"a": WORD}})
    answer = rerun(house, run_id, 1)

    assert answer.status == 201, answer.json
    assert seen == [WORD, WORD]


def test_a_marker_that_somebody_sent_stays_a_text() -> None:
    """Nobody is given a value for writing a marker: not in state, options, key or an answer."""
    seen: list[State] = []
    sent = {"a": "[secret:WORD]", "[secret:WORD]": "[secret:KEY]"}
    house = house_of(two_steps(lambda state: {**state, "answer": "[secret:PIN] x"}, seen))

    run_id = start(house, initialState=sent)
    again = rerun(house, run_id, 2)
    from_start = rerun(house, run_id, 1)

    assert (again.status, from_start.status) == (201, 201)
    assert seen == [{**sent, "answer": "[secret:PIN] x"}] * 3


def test_a_sent_marker_stays_when_the_secret_stands_beside_it() -> None:
    """Taken over from a state whose other places are put back."""
    seen: list[State] = []
    house = house_of(two_steps(lambda state: {**state, "mine": WORD}, seen))
    run_id = start(house, initialState={"sent": "[secret:WORD]", "and": f"{WORD} [secret:WORD]"})
    rerun(house, run_id, 2)

    assert seen[1] == {"sent": "[secret:WORD]", "and": f"{WORD} [secret:WORD]", "mine": WORD}


def test_a_value_that_a_later_step_reads_goes_from_kept_events_and_comes_back() -> None:
    """Events that were kept before it was read are redacted afterwards, with their places."""
    seen: list[State] = []

    async def read(state: State, secrets: BrainSecrets) -> State:
        seen.append(state)
        await secrets.get_many(list(SECRETS))
        return {**state, "done": True}

    steps = (
        brain("b")
        .step("One", lambda state: {**state, "b": {KEY: [WORD]}})
        .step("Two", lambda state: {**state, "c": 1})
        .step("Read", read)
    )
    house = house_of(steps)
    run_id = start(house, initialState={"a": WORD})
    for number in (1, 2, 3):
        assert rerun(house, run_id, number).status == 201

    assert seen == [{"a": WORD, "b": {KEY: [WORD]}, "c": 1}] * 4
    assert WORD not in told(house, run_id).replace("[secret:WORD]", "")


REFUSED: Final[dict[str, tuple[State, str]]] = {
    "another spelling": (
        {"a": {"b": base64.b64encode(KEY.encode()).decode()}},
        "the state before step 2 was redacted and cannot be put back at /a/b: ",
    ),
    "keys that became one": (
        {KEY: 1, KEY.replace("/", "\\/"): 2},
        "the state before step 2 was redacted and cannot be put back",
    ),
    "too many places": (
        {"all": [WORD] * (MAX_REDACTIONS + 1)},
        "the state before step 2 was redacted and cannot be put back: ",
    ),
}


@pytest.mark.parametrize("why", REFUSED)
def test_a_rerun_that_cannot_have_the_true_state_is_refused(why: str) -> None:
    """In a sentence, and no step runs."""
    state, sentence = REFUSED[why]
    seen: list[State] = []
    house = house_of(two_steps(lambda _: state, seen))
    run_id = start(house)
    answer = rerun(house, run_id, 2)

    assert (answer.status, answer.code) == (400, "invalid_request")
    assert answer.json["error"].startswith(sentence)
    assert len(seen) == 1
    assert KEY not in answer.json["error"]


def delete(house: House) -> None:
    assert house.call("DELETE", "/secrets/WORD").status == 204


def change(house: House) -> None:
    put(house, WORD="another value")


def create_anew(house: House) -> None:
    delete(house)
    house.clock.now += 1
    put(house, WORD=WORD)


@pytest.mark.parametrize(
    ("meanwhile", "reason"),
    [(delete, "which is gone"), (change, "changed since"), (create_anew, "changed since")],
)
def test_a_secret_that_is_not_what_it_was(meanwhile: Any, reason: str) -> None:  # noqa: ANN401
    """The rerun says which, and reads nothing."""
    seen: list[State] = []
    house = house_of(two_steps(lambda _: {"a": WORD}, seen))
    run_id = start(house)
    meanwhile(house)
    before = len(house.events())
    answer = rerun(house, run_id, 2)

    assert (answer.status, answer.code) == (400, "invalid_request")
    assert answer.json["error"].startswith("the state before step 2 needs the secret WORD")
    assert reason in answer.json["error"]
    assert len(house.events()) == before
    assert len(seen) == 1


def test_an_earlier_state_may_stay_redacted() -> None:
    """What no step gets need not be put back; but a rerun from there is refused, later too."""
    seen: list[State] = []

    async def spelled(state: State, secrets: BrainSecrets) -> State:
        return {"a": base64.b64encode((await secrets.get("KEY")).encode()).decode()}

    steps = (
        brain("b")
        .step("Spelled", spelled)
        .step("Plain", lambda state: {"b": WORD})
        .step("Last", lambda state: seen.append(state) or state)  # type: ignore[func-returns-value]
    )
    house = house_of(steps)
    run_id = start(house)
    new = rerun(house, run_id, 3)
    refused = [rerun(house, one, 2).status for one in (run_id, new.json["brainRunId"])]

    assert new.status == 201
    assert seen == [{"b": WORD}] * 2
    assert refused == [400, 400]


VALUE: Final = st.sampled_from([WORD, PIN, KEY, "1234", "ab"])
TEXT: Final = st.lists(VALUE | st.sampled_from(["[secret:WORD]", "[secret:", "]", "/", "~", "x"]))
TREE: Final = st.recursive(
    TEXT.map("".join) | st.sampled_from([123456, 1234, 99123456.25, True, None]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(TEXT.map("".join), inner, max_size=3)
    ),
    max_leaves=12,
)


@given(TREE)
def test_what_is_put_back_is_what_was_taken_out(document: object) -> None:
    """Or it is said that it cannot be: never something else. No marker is told that stood there."""
    redactor = RunRedactor()
    for name, value in (*SECRETS.items(), ("SHORT", "1234"), ("TWO", "ab")):
        redactor.learn(SecretInfo(parse_name(name), 1, 1, 1), value)
    shown = redactor.document({"d": document})
    found = redactions({"d": document}, shown, redactor.read)

    if all("spans" in place for place in found):
        assert repr(restored(shown, found, redactor.read)) == repr({"d": document})
    else:
        with pytest.raises(NotRestorable):
            restored(shown, found, redactor.read)


def test_places_fit_their_document_only() -> None:
    """One that does not is refused, rather than that a value goes where none was."""
    read = {Read("KEY", "1.1"): KEY}
    found = redactions({"a": KEY}, {"a": "[secret:KEY]"}, read)

    assert restored({"a": "[secret:KEY]"}, found, read) == {"a": KEY}
    for other in ({"b": "[secret:KEY]"}, {"a": {"c": 1}}, {}):
        with pytest.raises(NotRestorable):
            restored(other, found, read)
    assert redactions({"a": [1]}, {}, read) == [LOST]
