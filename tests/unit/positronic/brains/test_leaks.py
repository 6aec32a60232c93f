"""Brains that try everything to get a value out: no event holds it, in any spelling."""

from __future__ import annotations

import asyncio
import copy
import html
import io
import json
import pickle
import re
import traceback
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Awaitable, Callable, Mapping
from contextlib import redirect_stderr, redirect_stdout
from typing import Any, Final
from urllib.parse import quote, quote_plus

import pytest
from pydantic import BaseModel

from positronic import Brain, BrainSecrets, brain
from positronic.brains.failure import MAX_SEARCHED
from positronic.brains.log_guard import LogGuard
from positronic.testing import Ran, run_brain, run_brain_sync

State = dict[str, Any]

# Long enough to be shortened by whoever shows it, with what each encoding treats in its own way.
CANARY: Final = "canary-5f3a9'c\"71\\é/+d ü~a-part-in-the-middle-that-is-long-end-of-the-canary"
PEM: Final = "-----BEGIN KEY-----\nMIIEvQIBADANBgkq\nhkiG9w0BAQEFAASC\n-----END KEY-----"
VALUES: Final = {"KEY": CANARY, "PEM": PEM}

Step = Callable[[str], object]


class Silent(Exception):
    """Its text is the value, whatever it was made of."""

    def __str__(self) -> str:
        return CANARY

    __repr__ = __str__


class Breaks(Exception):
    """It cannot be shown."""

    def __str__(self) -> str:
        raise ValueError(CANARY)

    __repr__ = __str__


class Odd(Exception):
    """Whatever a traceback asks it for is the value, or breaks."""

    __notes__ = [CANARY]  # noqa: RUF012

    @property
    def __cause__(self) -> BaseException:  # type: ignore[override]
        raise OSError(CANARY)


def _raise(error: BaseException) -> None:
    raise error


def _chained(value: str) -> None:
    try:
        raise KeyError(value)  # noqa: TRY301
    except KeyError as error:
        raise RuntimeError("a second") from error


def _in_context(value: str) -> None:
    try:
        raise KeyError(value)  # noqa: TRY301
    except KeyError:
        raise RuntimeError("while another was handled")  # noqa: B904


def _noted(value: str) -> None:
    error = ValueError("with a note")
    error.add_note(f"the note: {value}")
    raise error


def _grouped(value: str) -> None:
    inner = ExceptionGroup(value, [ValueError(value), KeyError(value)])
    raise ExceptionGroup("outer", [inner, ValueError("x " + value)])


def _named(value: str) -> None:
    raise type(value, (Exception,), {})(value)


def _in_code(value: str) -> None:
    # The traceback shows the name of the file.
    code = compile(f"def f(): raise ValueError({value!r})\nf()", value, "exec")
    exec(code)  # noqa: S102 - a brain is free to


class Config(BaseModel):
    key: int


RAISED: Final[dict[str, Step]] = {
    "the value": lambda value: _raise(ValueError(value)),
    "a text around it": lambda value: _raise(RuntimeError(f"the key {value} was refused")),
    "its repr": lambda value: _raise(RuntimeError(f"{value!r}")),
    "a key error": lambda value: VALUES[f"no {value}"],
    "several arguments": lambda value: _raise(ValueError(1, [value], {"x": value})),
    "bytes": lambda value: _raise(ValueError(value.encode())),
    "a chain": _chained,
    "a context": _in_context,
    "a note": _noted,
    "a group": _grouped,
    "the class's name": _named,
    "its own __str__": lambda value: _raise(Silent()),
    "a __str__ that breaks": lambda value: _raise(Breaks()),
    "a class that breaks everything": lambda value: _raise(Odd(value)),
    "a file and a function": _in_code,
    "int()": int,
    "a model that shortens it": lambda value: Config(key=value),
    "an attribute": lambda value: getattr(object(), value),
    "an encoding error": lambda value: value.encode("ascii"),
    "a syntax error": lambda value: compile(f"x = {value}", "file", "exec"),
    "a JSON error": lambda value: json.loads(value),
    "a long way down": lambda value: _deeper(value, 0),
    "a type that is no state": lambda value: type(value, (), {})(),
    "a key that is no text": lambda value: {(value,): 1},
    "a set": lambda value: {"x": {value}},
    "a very long message": lambda value: _raise(ValueError(f"{value} " * 2_000)),
}


def _deeper(value: str, depth: int) -> None:
    _deeper(value + "!", depth + 1)


RETURNED: Final[dict[str, Step]] = {
    "as it is": lambda value: {"key": value},
    "in a text": lambda value: {"key": f"Bearer {value}!"},
    "twice": lambda value: {"key": value + value},
    "as a key": lambda value: {value: 1, f"x{value}": {value: value}},
    "deep": lambda value: _deep(value, 40),
    "in JSON": lambda value: {"key": json.dumps({"key": value})},
    "in JSON in JSON": lambda value: {"key": json.dumps({"key": json.dumps([value])})},
    "in JSON as it is": lambda value: {"key": json.dumps({"key": value}, ensure_ascii=False)},
    "its repr": lambda value: {"key": repr([value]), "other": repr({"x": value, "y": "'\""})},
    "its bytes": lambda value: {"key": str(value.encode())},
    "hex": lambda value: {"key": value.encode().hex()},
    "HEX": lambda value: {"key": f"0x{value.encode().hex().upper()}"},
    "base64": lambda value: {"key": b64encode(value.encode()).decode()},
    "Basic": lambda value: {"key": "Basic " + b64encode(f"me:{value}".encode()).decode()},
    "Basic, shifted": lambda value: {"k": b64encode(f"you:{value}:".encode()).decode()},
    "base64url": lambda value: {"key": urlsafe_b64encode(value.encode()).decode().rstrip("=")},
    "a URL": lambda value: {"key": f"https://x.example/?key={quote(value)}&b=1"},
    "a URL, all of it": lambda value: {"key": f"https://x.example/{quote(value, safe='')}"},
    "a form": lambda value: {"key": f"key={quote_plus(value)}"},
    "JSON from PHP": lambda value: {"key": json.dumps(value).replace("/", "\\/")},
    "JSON from .NET": lambda value: {
        "key": json.dumps(value).replace("+", "\\u002B").replace("\\u00e9", "\\u00E9")
    },
    "HTML": lambda value: {"key": f"<p>{html.escape(value)}</p>"},
    "lower-case escapes": lambda value: {"key": quote(value).replace("%C3%A9", "%c3%a9")},
    "some escapes": lambda value: {"key": value.replace("d", "%64").replace("K", "%4b")},
    "a URL in a URL": lambda value: {"key": f"?next={quote(f'/x?key={quote_plus(value)}')}"},
    "in one line": lambda value: {"key": value.replace("\n", "")},
    "folded": lambda value: {"key": value.replace("\n", " ")},
    "a list of lines": lambda value: {"key": value.splitlines()},
    "indented": lambda value: {"key": value.replace("\n", "\n    ")},
    "its own marker": lambda value: {"key": f"[secret:KEY]{value}[secret:{value}]"},
}


def _deep(value: str, levels: int) -> State:
    return {"x": [_deep(value, levels - 1)]} if levels else {"x": value}


def _leaks(text: str) -> list[str]:
    """Spellings of the values in a text, by plain search, and long lines of the one with lines."""
    spelt = {
        spelling
        for value in VALUES.values()
        for spelling in (
            *(value, json.dumps(value)[1:-1], json.dumps(value, ensure_ascii=False)[1:-1]),
            *(repr(value)[1:-1], repr(value.encode())[2:-1], ascii(value)[1:-1]),
            *(quote(value), quote(value, safe=""), quote_plus(value), value.encode().hex()),
            *(value.encode().hex().upper(), b64encode(value.encode()).decode().rstrip("=")),
            *(urlsafe_b64encode(value.encode()).decode().rstrip("="),),
        )
    }
    # Its first and last letters, too: nothing of it may be left at an edge.
    return sorted(
        one for one in {*spelt, *PEM.split("\n"), CANARY[:12], CANARY[-12:]} if one in text
    )


def assert_tight(ran: Ran) -> None:
    """Nothing in the events as they are stored, and nothing in them as they are read."""
    for event in ran.events:
        texts = [json.dumps(event), json.dumps(event, ensure_ascii=False), *_texts(event)]
        assert [leak for text in texts for leak in _leaks(text)] == []


def _texts(document: object) -> list[str]:
    if isinstance(document, Mapping):
        return [text for pair in document.items() for one in pair for text in _texts(one)]
    if isinstance(document, list):
        return [text for one in document for text in _texts(one)]
    return [document] if isinstance(document, str) else []


def doing(step: Step, name: str) -> Brain:
    """A brain whose step reads all the values, and does that with one of them."""

    async def act(secrets: BrainSecrets) -> object:
        values = await secrets.get_many([*{**VALUES, name: ""}])
        return step(values[name])

    return brain("leaks").step("Act", act)


@pytest.mark.parametrize("name", VALUES)
@pytest.mark.parametrize("how", RETURNED)
def test_returned(how: str, name: str) -> None:
    """In a state, as a key, encoded, embedded: the run completes, and tells a marker."""
    ran = run_brain_sync(doing(RETURNED[how], name), secrets=VALUES)

    assert_tight(ran)
    assert ran.status == "complete"
    assert f"[secret:{name}]" in json.dumps(ran.state)


@pytest.mark.parametrize("name", VALUES)
@pytest.mark.parametrize("how", RAISED)
def test_raised(how: str, name: str) -> None:
    """In an exception of any kind: the run fails, and its error holds no value."""
    ran = run_brain_sync(doing(RAISED[how], name), secrets=VALUES)

    assert_tight(ran)
    assert ran.status == "error"


@pytest.mark.parametrize("how", RETURNED)
def test_returned_from_an_inner_brain(how: str) -> None:
    """In its start, its steps, its reducer's result, and a state that is made for it."""

    async def make(state: State) -> State:
        return {"made": state}

    inner = doing(RETURNED[how], "KEY").step("Again", lambda state: {"again": state})
    outer = (
        doing(RETURNED[how], "PEM")
        .brain("in", inner, lambda state, got: {"outer": state, "inner": got}, make)
        .step("After", lambda state: {"after": state})
    )
    ran = run_brain_sync(outer, secrets=VALUES)

    assert_tight(ran)
    assert ran.status == "complete"


@pytest.mark.parametrize("how", RAISED)
def test_raised_in_an_inner_brain(how: str) -> None:
    """Both brains' errors are told without a value."""
    outer = brain("outer").brain("in", doing(RAISED[how], "KEY"), lambda state, got: got)
    ran = run_brain_sync(outer, secrets=VALUES)

    assert_tight(ran)
    assert [event["type"] for event in ran.events].count("brain:error") == 2


def test_a_failing_reducer_and_initial_state() -> None:
    """They have seen the state in clear, too."""
    with_value = doing(lambda value: {"key": value}, "KEY")
    empty = brain("empty")

    def fail(state: State, got: State | None = None) -> State:
        raise ValueError(state["key"])

    assert_tight(run_brain_sync(with_value.brain("in", empty, fail), secrets=VALUES))
    made = with_value.brain("in", empty, lambda state, got: got, fail)
    assert_tight(run_brain_sync(made, secrets=VALUES))


def test_a_value_that_was_there_before_it_was_read() -> None:
    """From the next event on it is a marker: in options, and in state, which patches follow."""

    async def read(state: State, secrets: BrainSecrets) -> State:
        await secrets.get("KEY")
        return {**state, "read": True}

    built = (
        brain("late")
        .with_options({"key": ""})
        .step("Nothing", lambda state: {**state, "n": 1})
        .step("Read", read)
    )
    given = {"url": f"https://{CANARY}@x.example", CANARY: {CANARY: 1}, "other": 2}
    ran = run_brain_sync(built, secrets=VALUES, initial_state=given, options={"key": CANARY})
    later = [place for place, event in enumerate(ran.events) if event.get("stepTitle") == "Read"]

    assert_tight(Ran(ran.events[later[-1] :]))
    assert ran.events[-1]["options"] == {"key": "[secret:KEY]"}
    assert ran.state == {
        "url": "https://[secret:KEY]@x.example",
        "[secret:KEY]": {"[secret:KEY]": 1},
        "other": 2,
        "n": 1,
        "read": True,
    }


def test_secrets_in_a_state() -> None:
    """The object itself, its parts, and what can be made of it."""

    async def try_all(secrets: BrainSecrets) -> State:
        value = await secrets.get("KEY")
        ways: list[Callable[[object], object]] = [pickle.dumps, copy.copy, vars, json.dumps, str]
        return {"ways": [_outcome(way, secrets) for way in ways], "format": f"{secrets!s} {value}"}

    ran = run_brain_sync(brain("object").step("Try", try_all), secrets=VALUES)
    returned = run_brain_sync(
        brain("x").step("Put", lambda secrets: {"s": secrets}), secrets=VALUES
    )

    assert_tight(ran)
    assert ran.status == "complete"
    assert (returned.error or {})["message"] == (
        "step 'Put': what it returned holds a BrainSecrets, which is not JSON"
    )


def _outcome(way: Callable[[object], object], given: object) -> str:
    try:
        return str(way(given))
    except TypeError as error:
        return str(error)


class Service:
    """Somebody else's code, that shows what it was given when it fails."""

    async def call(self, key: str) -> None:
        raise ConnectionError(f"401 from https://x.example/?key={quote(key)}", {"auth": key})


def test_a_services_error() -> None:
    """What a service raises with the value it was given."""

    async def use(secrets: BrainSecrets, service: Service) -> None:
        await service.call(await secrets.get("KEY"))

    built = brain("service").with_services({"service": Service()}).step("Use", use)

    assert_tight(run_brain_sync(built, secrets=VALUES))


class Abort(BaseException):
    """No Exception: it passes through the runner."""


@pytest.mark.parametrize(
    "make",
    [
        Abort,
        KeyboardInterrupt,
        asyncio.CancelledError,
        lambda value: BaseExceptionGroup(value, [KeyboardInterrupt(value)]),
        lambda value: SystemExit(f"exit {value}"),
    ],
)
def test_what_passes_takes_no_value_along(make: Callable[[str], BaseException]) -> None:
    """It stays what cannot be swallowed, and its text, chain and traceback are clean."""
    with pytest.raises(BaseException) as passed:  # noqa: PT011 - of any kind
        run_brain_sync(doing(lambda value: _raise(make(value)), "KEY"), secrets=VALUES)
    error = passed.value

    assert not isinstance(error, Exception)
    assert isinstance(error, type(make("x")).__mro__[-3]) or type(error) is BaseException
    assert _leaks("".join(traceback.format_exception(error))) == []
    assert _leaks(str(error)) == []


def test_an_error_that_is_too_long_to_be_searched() -> None:
    """A page that came in an answer's place: it is left out whole, also where it is a cause."""

    def fail(value: str) -> object:
        page = ValueError(f"{value} %41" * (MAX_SEARCHED // len(value)))
        raise RuntimeError("the service failed") from page

    error = run_brain_sync(doing(fail, "KEY"), secrets=VALUES).error

    assert error is not None
    assert (error["name"], error["message"]) == ("RuntimeError", "the service failed")
    assert re.fullmatch(r"\[[0-9,]+ characters were left out\]", error["stack"])


def test_what_passes_and_is_too_long_to_be_searched() -> None:
    """It is of its kind, and bare: nobody knows what it tells."""
    with pytest.raises(asyncio.CancelledError) as passed:
        run_brain_sync(
            doing(lambda value: _raise(asyncio.CancelledError(value * MAX_SEARCHED)), "KEY"),
            secrets=VALUES,
        )

    assert passed.value.args == ()


def test_what_is_raised_while_an_error_is_told() -> None:
    """An exception whose text raises what passes: that passes, and is clean."""

    class Worst(Exception):
        def __str__(self) -> str:
            raise KeyboardInterrupt(CANARY)

    with pytest.raises(KeyboardInterrupt) as passed:
        run_brain_sync(doing(lambda value: _raise(Worst()), "KEY"), secrets=VALUES)
    assert _leaks("".join(traceback.format_exception(passed.value))) == []


def test_what_is_printed() -> None:
    """On both streams, whole, in pieces, and as a traceback."""
    out = io.StringIO()

    def act(value: str) -> object:
        for letter in f"in pieces: {value}\n":
            print(letter, end="", flush=True)  # noqa: T201
        print(value, repr(value), quote(value), b64encode(value.encode()))  # noqa: T201
        try:
            raise ValueError(value)  # noqa: TRY301
        except ValueError:
            traceback.print_exc()
        print(f"no end of the line {value}", end="")  # noqa: T201
        return {}

    with redirect_stdout(LogGuard(out)), redirect_stderr(LogGuard(out)):
        run_brain_sync(doing(act, "KEY"), secrets=VALUES)
        run_brain_sync(doing(act, "PEM"), secrets=VALUES)

    assert "in pieces: [secret:KEY]\n" in out.getvalue()
    assert _leaks(out.getvalue()) == []


def test_a_background_task_that_outlives_the_run() -> None:
    """What it prints later is still redacted: it belongs to the run that started it."""
    out, tasks = io.StringIO(), []
    over = asyncio.Event()

    async def later(value: str) -> None:
        await over.wait()
        print(value)  # noqa: T201

    async def start(secrets: BrainSecrets) -> State:
        tasks.append(asyncio.ensure_future(later(await secrets.get("KEY"))))
        return {}

    async def both() -> None:
        await run_brain(brain("starts").step("Start", start), secrets=VALUES)
        over.set()
        await asyncio.gather(*tasks)

    with redirect_stdout(LogGuard(out)):
        asyncio.run(both())

    assert out.getvalue() == "[secret:KEY]\n"


def test_two_runs_at_once_know_their_own_values_only() -> None:
    """The same text in two runs is a value in one of them, and nothing in the other."""

    async def read(secrets: BrainSecrets) -> State:
        found = await secrets.get("KEY", None)
        await asyncio.sleep(0)
        return {"text": CANARY, "found": found}

    built = brain("two").step("Read", read)

    async def both() -> list[Ran]:
        runs: list[Awaitable[Ran]] = [run_brain(built, secrets=VALUES), run_brain(built)]
        return await asyncio.gather(*runs)

    knowing, other = asyncio.run(both())

    assert_tight(knowing)
    assert other.state == {"text": CANARY, "found": None}


def test_short_values_are_told_of() -> None:
    """The start says how short is short; once such a value was read, events name it."""
    built = doing(lambda value: {"pin": value, "text": f"pin {value}"}, "PIN")
    built = built.step("Fail", lambda: None)
    ran = run_brain_sync(built, secrets={**VALUES, "PIN": "1234"})
    named = {event["type"]: event.get("wholeOnly") for event in ran.events}

    assert ran.events[0]["redaction"] == {"wholeOnlyBelow": 6}
    assert ran.state == {"pin": "[secret:PIN]", "text": "pin 1234"}
    assert named["step:complete"] == named["brain:error"] == ["PIN"]
    assert named["step:start"] is None


@pytest.mark.parametrize("transform", [lambda text: text[::2], lambda text: text[::-1]])
def test_known_gaps(transform: Callable[[str], str]) -> None:
    """What a brain makes of a value by other means is not found: SECURITY.md says so."""
    ran = run_brain_sync(doing(lambda value: {"x": transform(value)}, "KEY"), secrets=VALUES)

    assert ran.state == {"x": transform(CANARY)}


def test_parts_that_a_brain_declares_harmless() -> None:
    """Only the whole value goes then; in other brains the part does, too."""
    value = "https://app:Zx7kQv9mW2@db.example.com/services/T0A1B2C3/abcdEFGH1234ijkl"

    async def show(secrets: BrainSecrets) -> State:
        return {"whole": await secrets.get("URL"), "part": "abcdEFGH1234ijkl"}

    careful = brain("parts").step("Show", show)
    outer = brain("outer").brain("in", careful.with_harmless_parts("URL"), lambda state, got: got)

    assert run_brain_sync(careful, secrets={"URL": value}).state == {
        "whole": "[secret:URL]",
        "part": "[secret:URL]",
    }
    assert run_brain_sync(outer, secrets={"URL": value}).state == {
        "whole": "[secret:URL]",
        "part": "abcdEFGH1234ijkl",
    }


def test_a_nul_in_a_state() -> None:
    """NUL stands between texts while they are searched; one in a text lets nothing through."""
    step = doing(lambda value: {"a": f"x\0{value}\0", "b\0": ["\0", value, f"{value}\0"]}, "KEY")
    ran = run_brain_sync(step, secrets=VALUES)

    assert_tight(ran)
    assert ran.state["a"] == "x\0[secret:KEY]\0"
    assert ran.state["b\0"][:2] == ["\0", "[secret:KEY]"]


def test_a_nul_in_an_error() -> None:
    """A message and a printed line with a NUL in them are redacted like any other."""
    ran = run_brain_sync(
        doing(lambda value: _raise(ValueError(f"\0{value}\0{value}")), "KEY"), secrets=VALUES
    )

    assert_tight(ran)
    assert "[secret:KEY]\0[secret:KEY]" in (ran.error or {})["message"]
