"""brain(): what can be built, and what is refused while it is built."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, Final

import pytest
from pydantic import BaseModel

from positronic import Brain, BrainSecrets, InvalidBrain, brain
from positronic.testing import run_brain_sync


def keep(state: dict[str, Any]) -> dict[str, Any]:
    return state


def merge(state: dict[str, Any], inner: dict[str, Any]) -> dict[str, Any]:
    return {**state, **inner}


EMPTY: Final = brain("empty")

REFUSED: Final[dict[str, tuple[Callable[[], object], str]]] = {
    "no title": (lambda: brain(""), "a brain has to have a title"),
    "a blank title": (lambda: brain("  "), "a brain has to have a title"),
    "a title of two lines": (lambda: brain("a\nb"), "a brain has to have a title"),
    "a long title": (lambda: brain("x" * 201), "at most 200 characters"),
    "a title that is no text": (lambda: brain(7), "starts with a title"),  # type: ignore[arg-type]
    "a dict without title": (lambda: brain({"description": "x"}), "a brain has to have a title"),
    "a dict with more": (lambda: brain({"title": "x", "steps": "y"}), "title and description"),
    "a description that is no text": (
        lambda: brain({"title": "x", "description": 1}),  # type: ignore[dict-item]
        "description has to be text",
    ),
    "a step without title": (lambda: EMPTY.step("", keep), "a step has to have a title"),
    "a step that is no function": (
        lambda: EMPTY.step("Add", {"state": 1}),  # type: ignore[call-overload]
        "step 'Add' has to be a function, not a dict",
    ),
    "an unknown parameter": (
        lambda: EMPTY.step("Add", lambda state, database: state),
        "step 'Add': there is nothing to give for the parameter 'database'",
    ),
    "an unknown parameter with a default": (
        lambda: EMPTY.step("Add", lambda state, option=None: state),
        "step 'Add': there is nothing to give for the parameter 'option'",
    ),
    "a service that comes later": (
        lambda: EMPTY.step("Add", lambda database: {}).with_services({"database": 1}),
        "a service has to be added by .with_services before the step",
    ),
    "arguments without names": (lambda: EMPTY.step("Add", lambda *a: {}), "step 'Add': 'a'"),
    "any keywords": (lambda: EMPTY.step("Add", lambda **k: {}), "step 'Add': 'k'"),
    "a positional parameter": (
        lambda: EMPTY.step("Add", lambda state, /: state),
        "step 'Add': 'state' is not a parameter that can be given by its name",
    ),
    "a decorated step with an unknown parameter": (
        lambda: EMPTY.step("Add")(lambda database: {}),
        "step 'Add'",
    ),
    "a function without signature": (lambda: EMPTY.step("Add", min), "does not tell its param"),
    "an inner brain that is none": (
        lambda: EMPTY.brain("In", keep, merge),  # type: ignore[arg-type]
        "step 'In': what runs inside has to be a brain",
    ),
    "a reducer of one argument": (
        lambda: EMPTY.brain("In", EMPTY, keep),
        "step 'In': the reducer has to take 2 arguments",
    ),
    "an initial state of two arguments": (
        lambda: EMPTY.brain("In", EMPTY, merge, merge),
        "step 'In': the function for the initial state has to take 1 arguments",
    ),
    "an initial state that is no JSON": (
        lambda: EMPTY.brain("In", EMPTY, merge, {"x": {1, 2}}),
        "step 'In': the initial state holds a set",
    ),
    "a service called state": (
        lambda: EMPTY.with_services({"state": 1}),
        "cannot be named 'state'",
    ),
    "a service without a name": (lambda: EMPTY.with_services({"my db": 1}), "service's name"),
    "options that are neither": (
        lambda: EMPTY.with_options(["a"]),  # type: ignore[arg-type]
        "a pydantic model or a dict of defaults",
    ),
    "defaults that are no JSON": (lambda: EMPTY.with_options({"x": b"y"}), "holds a bytes"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_refused(case: str) -> None:
    """A brain that cannot run is refused where it is written, with the step's title."""
    build, message = REFUSED[case]

    with pytest.raises(InvalidBrain) as refused:
        build()
    assert message in str(refused.value)


def test_structure() -> None:
    """Title, description and steps, an inner brain's in its step, as Positronic has it."""
    inner = brain("inside").step("Double", keep)
    built = (
        brain({"title": "outside", "description": "what for"})
        .step("First", keep)
        .brain("Then", inner, merge)
    )

    assert built.structure == {
        "title": "outside",
        "description": "what for",
        "steps": [
            {"type": "step", "title": "First"},
            {
                "type": "brain",
                "title": "Then",
                "innerBrain": {
                    "title": "inside",
                    "steps": [{"type": "step", "title": "Double"}],
                },
            },
        ],
    }
    assert len(built) == 2
    assert repr(built) == "Brain('outside', 2 steps)"


def test_a_brain_never_changes() -> None:
    """Each method gives a new brain, so one start can lead to two brains."""
    start = brain("start").step("One", keep)
    left, right = start.step("Left", keep), start.with_services({"x": 1}).step("Right", keep)

    assert [len(one) for one in (start, left, right)] == [1, 2, 2]
    assert left.structure["steps"][1]["title"] == "Left"
    with pytest.raises(AttributeError):
        start.title = "other"  # type: ignore[misc]


def test_the_decorator_makes_the_name_a_brain() -> None:
    """As the example is written: the decorated name is the brain, and can go on."""

    @brain("example").step("UseSecret")
    async def use_secret(state: dict[str, Any], secrets: BrainSecrets) -> dict[str, Any]:
        return {**state, "size": len(await secrets.get("KEY"))}

    @use_secret.step("Double")
    def example(state: dict[str, Any]) -> dict[str, Any]:
        return {"size": state["size"] * 2}

    assert isinstance(use_secret, Brain)
    assert isinstance(example, Brain)
    assert run_brain_sync(example, secrets={"KEY": "12345678"}).state == {"size": 16}


def test_both_forms_chain() -> None:
    """A function's step before and after a decorated one."""

    @brain("both").step("One", lambda: {"steps": 1}).step("Two")
    def both(state: dict[str, Any]) -> dict[str, Any]:
        return {"steps": state["steps"] + 1}

    built = both.step("Three", lambda state: {"steps": state["steps"] + 1})

    assert run_brain_sync(built).state == {"steps": 3}


def test_a_title_can_come_twice() -> None:
    """As in Positronic: steps are told apart by their place."""
    twice = brain("twice").step("Again", lambda: {"a": 1}).step("Again", keep)

    assert run_brain_sync(twice).state == {"a": 1}


class Settings(BaseModel):
    limit: int = 3


def test_a_step_gets_what_its_parameters_name() -> None:
    """State, options, secrets, client, resources, run id and services, and nothing else."""
    seen: dict[str, object] = {}

    def look(
        state: object,
        options: object,
        secrets: object,
        *,
        client: object,
        resources: object,
        run_id: object,
        clock: object,
    ) -> dict[str, Any]:
        seen.update(locals())
        return {}

    built = brain("all").with_options(Settings).with_services({"clock": 12}).step("Look", look)
    run_brain_sync(built, client="client", resources="resources", initial_state={"a": 1})

    assert repr(seen.pop("secrets")) == "BrainSecrets(read: none)"
    assert seen.pop("seen") is seen
    assert seen == {
        "state": {"a": 1},
        "options": Settings(),
        "client": "client",
        "resources": "resources",
        "run_id": "run-1",
        "clock": 12,
    }


class Counter:
    """An object with a method, and one that is called itself."""

    def count(self, state: dict[str, Any]) -> dict[str, Any]:
        return {"count": state.get("count", 0) + 1}

    async def __call__(self, state: dict[str, Any]) -> dict[str, Any]:
        return {"count": state.get("count", 0) + 10}


def test_whatever_can_be_called_is_a_step() -> None:
    """Methods, objects, partials and lambdas, sync and async."""
    counter = Counter()
    built = (
        brain("callables")
        .step("method", counter.count)
        .step("object", counter)
        .step("lambda", lambda state: counter(state))
        .step("partial", functools.partial(Counter.count, counter))
    )

    assert run_brain_sync(built).state == {"count": 22}


def test_a_service_given_again_is_replaced() -> None:
    """Later steps see the later service, and so does every step: services belong to the brain."""
    built = (
        brain("services")
        .with_services({"number": 1, "other": 5})
        .step("One", lambda number, other: {"number": number + other})
        .with_services({"number": 2})
    )

    assert run_brain_sync(built).state == {"number": 7}
