"""brain(): builds an immutable brain from a title and steps."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, TypeAlias, overload

from pydantic import BaseModel

from positronic.brains.brain_errors import InvalidBrain
from positronic.brains.injection import check_services, check_takes, named_parameters
from positronic.brains.jsonable import JsonObject, NotJson, json_object
from positronic.brains.options import Declared, FromDefaults, FromModel, Undeclared
from positronic.names import parse_name
from positronic.run_limits import MAX_TIME

MAX_TITLE: Final = 200  # characters
_CRON: Final = re.compile(r"[A-Za-z0-9*/,#-]{1,40}( [A-Za-z0-9*/,#-]{1,40}){4}")

Function: TypeAlias = Callable[..., Any]


@dataclass(frozen=True, slots=True)
class Step:
    """A function from state to state, and the parameters it names."""

    title: str
    function: Function
    parameters: tuple[str, ...]

    @property
    def structure(self) -> JsonObject:
        return {"type": "step", "title": self.title}


@dataclass(frozen=True, slots=True)
class Inner:
    """A brain as a step: its initial state from the outer one, and a reducer for its result."""

    title: str
    brain: Brain
    reducer: Function
    initial_state: JsonObject | Function

    @property
    def structure(self) -> JsonObject:
        return {"type": "brain", "title": self.title, "innerBrain": self.brain.structure}


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Brain:
    """A brain, possibly unfinished. Every method returns a new one; this one never changes."""

    title: str
    description: str | None = None
    blocks: tuple[Step | Inner, ...] = ()
    services: Mapping[str, object] = field(default_factory=dict)
    options: Declared = field(default_factory=Undeclared)
    whole_secrets: frozenset[str] = frozenset()
    schedule: str | None = None
    time_limit: int | None = None

    @overload
    def step(self, title: str, function: Function) -> Brain: ...

    @overload
    def step(self, title: str) -> Callable[[Function], Brain]: ...

    def step(self, title: str, function: Function | None = None) -> Any:
        """The brain with one more step: `function`, sync or async, returns the next state.

        Its parameters name what it gets: state, options, secrets, client, resources, run_id, and
        the services added before it. Without `function` this is a decorator, and the decorated
        name becomes the brain. Raises InvalidBrain, naming the step.
        """
        checked = _title("a step", title)
        if function is None:
            return lambda decorated: self.step(title, decorated)
        parameters = named_parameters(f"step {checked!r}", function, self.services)
        return self._with(Step(checked, function, parameters))

    def brain(
        self,
        title: str,
        inner: Brain,
        reducer: Function,
        initial_state: Mapping[str, Any] | Function | None = None,
    ) -> Brain:
        """The brain with `inner` as one more step: `reducer(state, inner_state)` is the next state.

        `initial_state` is the inner brain's, or a function of the outer state that gives it; both
        functions may be async. The inner brain has its own services, the same secrets, client and
        resources, and of the options those it declares, or all when it declares none.
        """
        checked = _title("a step", title)
        owner = f"step {checked!r}"
        if not isinstance(inner, Brain):
            raise InvalidBrain(f"{owner}: what runs inside has to be a brain")
        check_takes(f"{owner}: the reducer", reducer, 2)
        start = _initial_state(owner, initial_state)
        found = self._with(Inner(checked, inner, reducer, start))
        return replace(found, whole_secrets=self.whole_secrets | inner.whole_secrets)

    def with_options(self, declared: type[BaseModel] | Mapping[str, Any]) -> Brain:
        """The brain with options: a pydantic model's fields, or a dict of defaults."""
        if isinstance(declared, type) and issubclass(declared, BaseModel):
            return replace(self, options=FromModel(declared))
        if isinstance(declared, Mapping):
            return replace(self, options=FromDefaults(declared))
        raise InvalidBrain("options are declared by a pydantic model or a dict of defaults")

    def with_services(self, services: Mapping[str, object]) -> Brain:
        """The brain whose later steps can name these services; a repeated name is replaced."""
        check_services(services)
        return replace(self, services={**self.services, **services})

    def with_harmless_parts(self, *names: str) -> Brain:
        """The brain that redacts these secrets only whole, because their parts are not secret."""
        return replace(self, whole_secrets=self.whole_secrets.union(map(parse_name, names)))

    def with_schedule(self, cron: str) -> Brain:
        """The brain that also starts whenever this cron of wrangler.toml fires, as written there.

        It starts in the Worker's default project, without options. An inner brain's does not count.
        """
        if not isinstance(cron, str) or not _CRON.fullmatch(cron):
            raise InvalidBrain('a schedule is written as in wrangler.toml, like "0 6 * * *"')
        return replace(self, schedule=cron)

    def with_time_limit(self, seconds: int) -> Brain:
        """The brain whose runs may take that long. An inner brain's limit does not count."""
        if type(seconds) is not int or not 1 <= seconds <= MAX_TIME:
            raise InvalidBrain(f"a time limit is a number of seconds from 1 to {MAX_TIME}")
        return replace(self, time_limit=seconds)

    @property
    def structure(self) -> JsonObject:
        """As JSON: title, optional description, and steps; an inner brain is in its step."""
        about = {} if self.description is None else {"description": self.description}
        return {"title": self.title, **about, "steps": [block.structure for block in self.blocks]}

    def __len__(self) -> int:
        return len(self.blocks)

    def __bool__(self) -> bool:
        return True

    def __repr__(self) -> str:
        return f"Brain({self.title!r}, {len(self)} steps)"

    def _with(self, block: Step | Inner) -> Brain:
        return replace(self, blocks=(*self.blocks, block))


def brain(about: str | Mapping[str, str]) -> Brain:
    """A brain without steps, from its title or {"title", "description"}. Raises InvalidBrain."""
    if isinstance(about, str):
        return Brain(_title("a brain", about))
    if not isinstance(about, Mapping) or not {*about} <= {"title", "description"}:
        raise InvalidBrain("a brain starts with a title, or with title and description")
    description = about.get("description")
    if not isinstance(description, str | None):
        raise InvalidBrain("a brain's description has to be text")
    return Brain(_title("a brain", about.get("title")), description)


def _title(owner: str, title: object) -> str:
    if not isinstance(title, str) or not title.strip() or not title.isprintable():
        raise InvalidBrain(f"{owner} has to have a title: a line of text")
    if len(title) > MAX_TITLE:
        raise InvalidBrain(f"{owner} has a title of at most {MAX_TITLE} characters")
    return title


def _initial_state(owner: str, given: Mapping[str, Any] | Function | None) -> JsonObject | Function:
    if given is None:
        return {}
    if isinstance(given, Mapping):
        try:
            return json_object(given)
        except NotJson as error:
            raise InvalidBrain(f"{owner}: the initial state {error}") from None
    check_takes(f"{owner}: the function for the initial state", given, 1)
    return given
