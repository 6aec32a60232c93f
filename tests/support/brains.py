"""A few brains for tests of px."""

from __future__ import annotations

from typing import Any, Final

from pydantic import BaseModel

from positronic.brains import BrainSecrets, brain

State = dict[str, Any]


class Options(BaseModel):
    count: int = 1
    word: str = ""


async def _use(state: State, secrets: BrainSecrets, options: Options) -> State:
    """Puts the secret where it must not get out."""
    value = await secrets.get("API_KEY")
    return {**state, "said": [options.word] * options.count, "leak": value}


def _fail(state: State) -> State:
    if state.get("fail", True):
        raise RuntimeError(f"cannot go on with {state['leak']}")
    return state


USING: Final = (
    brain({"title": "using", "description": "Uses a secret."})
    .with_options(Options)
    .step("Use", _use)
    .step("Last", lambda state: state)
)
NESTED: Final = brain("a brain/with \u00fc").brain(
    "Call", brain("inner").step("Deep", lambda state: state), lambda state, _: state
)
BRAINS: Final = (
    NESTED,
    USING,
    brain("failing").with_options(Options).step("Use", _use).step("Fail", _fail),
)
