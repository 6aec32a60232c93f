"""Options of a run: declared by a pydantic model or defaults, checked before it starts."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

from pydantic import BaseModel, TypeAdapter, ValidationError

from positronic.brains.brain_errors import InvalidBrain, InvalidOptions
from positronic.brains.jsonable import JsonObject, NotJson, json_object
from positronic.redact import WHOLE_ONLY_BELOW
from positronic.redact.documents import strings

MAX_OPTIONS: Final = 64 * 1024  # characters of JSON; they are in every event
MOST: Final = 10  # messages about invalid options


@dataclass(frozen=True, slots=True)
class Options:
    """As JSON for the events, and a fresh copy for each step."""

    document: JsonObject
    fresh: Callable[[], Any]


class Declared(Protocol):
    """The options that a brain accepts."""

    @property
    def names(self) -> frozenset[str]: ...

    def parse(self, given: JsonObject) -> Options:
        """Raises InvalidOptions."""
        ...


class FromModel:
    """A pydantic model: a step gets an instance. It refuses unknown names unless it allows them."""

    def __init__(self, model: type[BaseModel]) -> None:
        self._model = model
        fields = model.model_fields.items()
        self.names = frozenset(field.alias or name for name, field in fields)
        self._open = "extra" in model.model_config or "validate_by_name" in model.model_config

    def parse(self, given: JsonObject) -> Options:
        if not self._open:
            _refuse_unknown(given, self.names)
        try:
            parsed = self._model.model_validate(given)
        except ValidationError as error:
            raise InvalidOptions(_said(error, self.names, given)) from None
        # Warnings would show what was sent, in the log.
        document = plain_options(parsed.model_dump(mode="json", warnings=False))
        return Options(document, lambda: parsed.model_copy(deep=True))


class FromDefaults:
    """Defaults by name: a step gets a dict; each option has the type of its default."""

    def __init__(self, defaults: Mapping[str, Any]) -> None:
        try:
            self._defaults = json_object(defaults, MAX_OPTIONS)
        except NotJson as error:
            raise InvalidBrain(f"the defaults of the options: {error}") from None
        self.names = frozenset(self._defaults)

    def parse(self, given: JsonObject) -> Options:
        _refuse_unknown(given, self.names)
        typed = {name: self._typed(name, value) for name, value in given.items()}
        document = plain_options(self._defaults | typed)
        return Options(document, lambda: json_object(document))

    def _typed(self, name: str, value: object) -> object:
        default = self._defaults[name]
        if default is None:
            return value
        try:
            return TypeAdapter[Any](type(default)).validate_python(value)
        except ValidationError:
            kind = type(default).__name__
            raise InvalidOptions(f"the option {name} has to be of type {kind}") from None


class Undeclared:
    """A brain that takes no options."""

    names: frozenset[str] = frozenset()

    def parse(self, given: JsonObject) -> Options:
        if given:
            raise InvalidOptions("this brain takes no options; it declares some by .with_options")
        return Options({}, dict)


def inner_options(declared: Declared, outer: Options) -> Options:
    """An inner brain gets the outer one's options: all, or those that it declares."""
    if not declared.names:
        return outer
    return declared.parse({k: v for k, v in outer.document.items() if k in declared.names})


def plain_options(options: object) -> JsonObject:
    """Options as a JSON object, small enough for every event. Raises InvalidOptions."""
    try:
        return json_object(options, MAX_OPTIONS)
    except NotJson as error:
        raise InvalidOptions(f"what is given as options {error}") from None


def _refuse_unknown(given: JsonObject, known: frozenset[str]) -> None:
    if unknown := [name for name in given if name not in known]:
        raise InvalidOptions(_unknown(len(unknown), known))


def _said(error: ValidationError, known: frozenset[str], given: JsonObject) -> str:
    """The messages of pydantic and the model, with known names, but not what was sent."""
    found = error.errors(include_url=False, include_context=False, include_input=False)
    named = [one for one in found if one["loc"] and one["loc"][0] in known]
    if not named:
        return _unknown(len(found), known)
    sent = [text for text in strings(given) if len(text) >= WHOLE_ONLY_BELOW]
    return "; ".join(
        f"the option {one['loc'][0]}: {_unless_repeated(sent, one['msg'])}" for one in named[:MOST]
    )


def _unless_repeated(sent: Sequence[str], said: str) -> str:
    """Drops a message that repeats what was sent, such as a union's tag or a validator's own."""
    is_repeated = any(text in said or repr(text)[1:-1] in said for text in sent)
    return "it is not valid" if is_repeated else _first_lower(said)


def _first_lower(text: str) -> str:
    return text[:1].lower() + text[1:]


def _unknown(count: int, known: frozenset[str]) -> str:
    # Unnamed: the name is not ours, and may be anything.
    what = "an option" if count == 1 else f"{count} options"
    return f"{what} that this brain does not take; it takes {', '.join(sorted(known)) or 'none'}"
