"""run(): runs a brain's steps in order, and reports them as events without values.

Names, fields and order of the events are those of Positronic's core (`packages/core/src/dsl`).
Ours are: step:print, before the event that ends its step; `redaction` in brain:start, `wholeOnly`
and `fromCopy` in step:complete and brain:error, `redactedAt` in brain:start and step:complete,
`where` and `source` in an error, `takenOver` in the step:complete of a step that an earlier run
completed, `endedAfter` in brain:complete. A step is never retried, and `endAfter` counts only the
outer brain's steps.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Collection, Iterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any

from positronic.brains.brain_errors import InvalidRun, StepFailed
from positronic.brains.brain_secrets import BrainSecrets
from positronic.brains.builder import Brain, Inner, Step
from positronic.brains.completed import CompletedStep
from positronic.brains.events import Telling
from positronic.brains.failure import told, without_values
from positronic.brains.injection import outcome
from positronic.brains.jsonable import JsonObject, NotJson, json_object
from positronic.brains.live_redactors import alive, report_failures, within
from positronic.brains.options import Options, inner_options, plain_options
from positronic.brains.patches import apply, difference, whole
from positronic.brains.printed import Printed
from positronic.brains.redactions import LOST, Redaction, redactions
from positronic.brains.run_redactor import RunRedactor


@dataclass(frozen=True, slots=True)
class _Given:
    """What the host gives a run and its inner brains."""

    run_id: str
    secrets: BrainSecrets
    redactor: RunRedactor
    printed: Printed
    client: object
    resources: object
    lost: Collection[int]


class _Ended(Exception):
    """A brain has reported brain:error; contains the error as it was reported."""

    def __init__(self, error: JsonObject) -> None:
        self.error = error


def run(
    brain: Brain,
    *,
    run_id: str,
    secrets: BrainSecrets,
    redactor: RunRedactor,
    options: JsonObject | None = None,
    initial_state: JsonObject | None = None,
    completed: Sequence[CompletedStep] = (),
    lost: Collection[int] = (),
    end_after: int | None = None,
    client: object = None,
    resources: object = None,
) -> AsyncGenerator[JsonObject, None]:
    """The events of a run as they happen: JSON, redacted, each at most 1 MiB.

    The last is brain:complete, or brain:error followed by step:status; a failing step raises
    nothing. Raises InvalidOptions or InvalidRun at once if the run cannot start. Anything that is
    not an Exception (cancellation, a CPU limit) passes, without values. Steps get real values.
    `lost` are the completed steps, by number, whose state has markers instead of values; 0 is the
    initial state. `end_after` is a step's number in the outer brain, from 1.
    """
    redactor.leave_parts(brain.whole_secrets)
    given = _Given(run_id, secrets, redactor, Printed(), client, resources, lost)
    _check_completed(brain, completed, end_after)
    try:
        parsed = brain.options.parse(plain_options(options or {}))
        running = _Running(brain, given, parsed, json_object(initial_state or {}))
        running.take_over(completed, end_after)
    except NotJson as error:
        raise InvalidRun(f"the initial state {error}") from None
    except StepFailed as error:
        raise InvalidRun(str(error)) from None
    alive(redactor)
    return _told(running)


async def _told(running: _Running) -> AsyncGenerator[JsonObject, None]:
    async with aclosing(running.events()) as events:
        try:
            async for event in events:
                yield event
        except _Ended:
            return


class _Running:
    """One brain of a run: the outer one or an inner one."""

    def __init__(
        self, brain: Brain, given: _Given, options: Options, state: JsonObject, prefix: str = ""
    ) -> None:
        self._brain = brain
        self._given = given
        self._prefix = prefix
        self._options = options
        self.state = state
        # The state as reported so far, from which patches start.
        self._shown: JsonObject = given.redactor.document(state)
        self._taken_over: Sequence[CompletedStep] = ()
        self._given_state = state
        self._last = len(brain)
        self._tell = Telling(brain, given.run_id, given.redactor, options.document, prefix)
        # Raises StepFailed if it is too large.
        self._start = self._tell.start(self._shown, self._redactions(0 if not prefix else None))

    def take_over(self, completed: Sequence[CompletedStep], end_after: int | None) -> None:
        """Start after these steps, and stop after that number. Raises InvalidRun."""
        for step in completed:
            self.state = apply(self.state, [step.patch])
        self._taken_over = completed
        self._last = min(end_after or self._last, self._last)

    async def events(self) -> AsyncGenerator[JsonObject, None]:
        tell = self._tell
        yield self._start
        for event in self._tell_again():
            yield event
        yield tell.statuses()
        for number in range(len(self._taken_over), self._last):
            yield tell.step_start(number)
            yield tell.statuses()
            try:
                async with aclosing(self._step(number, self._brain.blocks[number])) as step_events:
                    async for event in step_events:
                        yield event
            except _Ended as ended:
                error = ended.error
            except Exception as raised:  # noqa: BLE001 - whatever a step raises fails its run
                error = told(raised, self._given.redactor)
            except GeneratorExit:  # nobody listens any more
                raise
            except BaseException:
                for event in self._printed(number, last=True):
                    yield event
                raise
            else:
                yield tell.statuses()
                continue
            for event in self._printed(number, last=True):
                yield event
            yield tell.error(number, error)
            yield tell.statuses()
            raise _Ended(error)
        yield tell.complete(self._last)

    def _tell_again(self) -> Iterator[JsonObject]:
        """The reused steps, one at a time, because each can contain a whole state."""
        self.state = self._given_state
        for number, step in enumerate(self._taken_over):
            self.state = apply(self.state, [step.patch])
            yield self._completes(number, {"takenOver": True})

    async def _step(self, number: int, block: Step | Inner) -> AsyncGenerator[JsonObject, None]:
        title = block.title
        if isinstance(block, Step):
            result = await self._call(block.function, **self._asked_for(block))
        else:
            start = block.initial_state
            made = await self._call(start, _copy(self.state)) if callable(start) else start
            for event in self._printed(number):
                yield event
            inner = self._inside(number, block, _state_of(title, made, "the initial state"))
            async with aclosing(inner.events()) as inner_events:
                async for event in inner_events:
                    yield event
            result = await self._call(block.reducer, _copy(self.state), inner.state)
        for event in self._printed(number, last=not self._prefix and number + 1 == self._last):
            yield event
        self.state = _state_of(title, result, "what it returned")
        yield self._completes(number)

    def _printed(self, number: int, *, last: bool = False) -> Iterator[JsonObject]:
        if shown := self._given.printed.take(self._given.redactor, last=last):
            yield self._tell.step_print(number, shown)

    def _inside(self, number: int, block: Inner, state: JsonObject) -> _Running:
        options = inner_options(block.brain.options, self._options)
        prefix = f"{self._tell.step_id(number)}."
        return _Running(block.brain, self._given, options, state, prefix)

    def _completes(self, number: int, more: JsonObject | None = None) -> JsonObject:
        redactor = self._given.redactor
        shown: JsonObject = redactor.document(self.state)
        # A value that was read only now may be in an earlier report: a patch from there would name
        # it, as a removed key.
        told_clean = redactor.document(self._shown) is self._shown
        patch = difference(self._shown, shown) if told_clean else whole(shown)
        self._shown = shown
        at = self._redactions(number + 1 if more else None)
        return self._tell.step_complete(number, patch, at, more or {})

    def _redactions(self, taken_over: int | None) -> list[Redaction]:
        """The redactions of the state as last reported."""
        if taken_over in self._given.lost:
            return [LOST]
        return redactions(self.state, self._shown, self._given.redactor.read)

    def _asked_for(self, step: Step) -> dict[str, object]:
        given = self._given
        makers: dict[str, Callable[[], object]] = {
            "state": lambda: _copy(self.state),
            "options": self._options.fresh,
            "secrets": lambda: given.secrets,
            "client": lambda: given.client,
            "resources": lambda: given.resources,
            "run_id": lambda: given.run_id,
        }
        services = self._brain.services
        return {
            name: makers[name]() if name in makers else services[name] for name in step.parameters
        }

    async def _call(self, function: Callable[..., Any], *args: object, **kwargs: object) -> object:
        """The brain's own code. Anything that is not an Exception passes, but without values."""
        redactor = self._given.redactor
        report_failures()
        try:
            with within(redactor, self._given.printed):
                return await outcome(function, *args, **kwargs)
        except Exception:
            raise
        except BaseException as error:
            clean = without_values(error, redactor)
            if clean is error:
                raise
        # Outside of the handler, so that it does not have the original as its context.
        raise clean


def _check_completed(
    brain: Brain, completed: Sequence[CompletedStep], end_after: int | None
) -> None:
    if [step.title for step in completed] != [b.title for b in brain.blocks[: len(completed)]]:
        raise InvalidRun("the brain's steps are not those that the earlier run completed")
    if end_after is not None and end_after <= len(completed):
        raise InvalidRun("the run has to end after a step that it runs")


def _copy(state: JsonObject) -> JsonObject:
    return json_object(state)


def _state_of(title: str, result: object, what: str) -> JsonObject:
    try:
        return json_object(result)
    except NotJson as error:
        raise StepFailed(f"step {title!r}: {what} {error}") from None
