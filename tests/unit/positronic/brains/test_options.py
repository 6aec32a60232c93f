"""Options: declared, checked before a run starts, never repeated in a refusal."""

from __future__ import annotations

import warnings
from typing import Annotated, Any, Final, Literal

import pytest
from pydantic import BaseModel, ConfigDict, Field, field_validator

from positronic import Brain, brain
from positronic.brains import InvalidOptions
from positronic.brains.options import plain_options
from positronic.testing import run_brain_sync

SENT: Final = "sent-in-the-wrong-place"

State = dict[str, Any]


class Settings(BaseModel):
    limit: int = Field(default=3, ge=1)
    who: str = "all"

    @field_validator("who")
    @classmethod
    def _known(cls, who: str) -> str:
        if who == "nobody":
            raise ValueError("somebody is needed")
        return who


def checked(given: Brain, options: State) -> State:
    """As a run begins."""
    return given.options.parse(plain_options(options)).document


def show(options: object) -> State:
    return {"type": type(options).__name__, "options": options if type(options) is dict else None}


FROM_MODEL: Final = brain("model").with_options(Settings).step("Show", show)
DEFAULTS: Final[State] = {"n": 1, "on": False, "text": "x", "list": [], "any": None, "rate": 0.5}
FROM_DEFAULTS: Final = brain("defaults").with_options(DEFAULTS).step("Show", show)
NONE: Final = brain("none").step("Show", show)


def test_a_model_gives_an_instance() -> None:
    """Defaults and what was given, typed; the events show them as JSON."""
    ran = run_brain_sync(FROM_MODEL, options={"limit": "5"})

    assert ran.state["type"] == "Settings"
    assert {str(event["options"]) for event in ran.events} == {"{'limit': 5, 'who': 'all'}"}


def test_defaults_give_a_dict() -> None:
    """What is given takes the type of its default, as a command line has only text."""
    options = {"n": "5", "on": "true", "any": [1], "rate": 2}
    ran = run_brain_sync(FROM_DEFAULTS, options=options)

    assert ran.state["options"] == {
        "n": 5,
        "on": True,
        "text": "x",
        "list": [],
        "any": [1],
        "rate": 2.0,
    }


def test_a_host_checks_before_it_starts() -> None:
    """A run's options come with their defaults."""
    assert checked(FROM_MODEL, {"limit": 7}) == {"limit": 7, "who": "all"}
    assert checked(NONE, {}) == {}


CANARY: Final = "canary-in-an-option"

REFUSED: Final[dict[str, tuple[Brain, Any, str]]] = {
    "none declared": (NONE, {"x": CANARY}, "takes no options"),
    "unknown to the model": (FROM_MODEL, {CANARY: 1}, "does not take; it takes limit, who"),
    "unknown to defaults": (FROM_DEFAULTS, {CANARY: 1}, "an option that this brain does not take"),
    "a wrong type": (FROM_MODEL, {"limit": CANARY}, "the option limit: input should be a valid"),
    "out of range": (FROM_MODEL, {"limit": 0}, "the option limit: input should be greater"),
    "refused by the author": (FROM_MODEL, {"who": "nobody"}, "somebody is needed"),
    "a wrong type for a default": (FROM_DEFAULTS, {"n": CANARY}, "option n has to be of type int"),
    "no object": (FROM_MODEL, [CANARY], "what is given as options is a list"),
    "no JSON": (FROM_MODEL, {"who": CANARY.encode()}, "what is given as options holds a bytes"),
    "too large": (FROM_MODEL, {"who": CANARY * 9999}, "is larger than 65,536 characters"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_refused(case: str) -> None:
    """Before the run starts, with the option's name and without what was given."""
    built, options, message = REFUSED[case]

    with pytest.raises(InvalidOptions) as refused:
        checked(built, options)
    assert message in str(refused.value)
    assert CANARY not in str(refused.value)


class Tagged(BaseModel):
    kind: Literal["a"]


class Other(BaseModel):
    kind: Literal["b"]


class Telling(BaseModel):
    """Each of its sentences would tell what was sent."""

    union: Annotated[Tagged | Other, Field(discriminator="kind")] | None = None
    word: str = ""

    @field_validator("word")
    @classmethod
    def _check(cls, word: str) -> str:
        if word:
            raise ValueError(f"{word!r} is no word")
        return word


@pytest.mark.parametrize("given", [{"union": {"kind": SENT}}, {"word": SENT}])
def test_a_sentence_that_would_repeat_what_was_sent(given: dict[str, Any]) -> None:
    """A tag of a union, and what a validator says: the option is named, and no more."""
    with pytest.raises(InvalidOptions) as refused:
        checked(brain("a brain").with_options(Telling), given)

    assert str(refused.value) == f"the option {next(iter(given))}: it is not valid"


class Loose(BaseModel):
    count: int = 0

    @field_validator("count", mode="wrap")
    @classmethod
    def _keep(cls, given: Any, _: Any) -> Any:  # noqa: ANN401 - whatever it is
        return given


def test_a_model_that_lets_another_type_through() -> None:
    """pydantic's warning would show what was sent, in the log."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        found = checked(brain("a brain").with_options(Loose), {"count": SENT})

    assert found == {"count": SENT}
    assert caught == []


def test_a_model_can_take_more() -> None:
    """One that says so itself."""

    class Open(BaseModel):
        model_config = ConfigDict(extra="allow")

    assert checked(brain("open").with_options(Open), {"x": 1}) == {"x": 1}


def test_an_inner_brain_gets_what_it_declares() -> None:
    """Of the outer brain's options, those it knows, or all when it declares none."""

    def outer(inner: Brain) -> State:
        built = brain("outer").with_options({"n": 1, "who": "x", "more": True})
        built = built.brain("in", inner, lambda state, got: got)
        return run_brain_sync(built, options={"n": 4}).state["options"] or {}

    def plain(options: Settings) -> State:
        return {"options": options.model_dump()}

    assert outer(NONE) == {"n": 4, "who": "x", "more": True}
    assert outer(brain("in").with_options({"n": 0, "z": 9}).step("Show", show)) == {"n": 4, "z": 9}
    assert outer(brain("in").with_options(Settings).step("Show", plain)) == {"limit": 3, "who": "x"}
