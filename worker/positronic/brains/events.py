"""The events of one brain in a run: names, fields, sizes, and the status of its steps."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from positronic.brains.brain_errors import StepFailed
from positronic.brains.builder import Brain
from positronic.brains.jsonable import MAX_SIZE, JsonObject, json_size
from positronic.brains.options import MAX_OPTIONS
from positronic.brains.patches import Patch
from positronic.brains.printed import Shown
from positronic.brains.redactions import LOST, Redaction, redactions
from positronic.brains.run_redactor import RunRedactor
from positronic.redact import WHOLE_ONLY_BELOW
from positronic.times import iso

START: Final = "brain:start"
COMPLETE: Final = "brain:complete"
ERROR: Final = "brain:error"
STEP_START: Final = "step:start"
STEP_COMPLETE: Final = "step:complete"
STEP_STATUS: Final = "step:status"
STEP_PRINT: Final = "step:print"

AT: Final = "redactedAt"

PENDING: Final = "pending"
RUNNING: Final = "running"
DONE: Final = "complete"
FAILED: Final = "error"


class Telling:
    """Makes the events, and redacts what a brain can put into one. Titles are code, and stay."""

    def __init__(
        self, brain: Brain, run_id: str, redactor: RunRedactor, options: JsonObject, prefix: str
    ) -> None:
        self._brain = brain
        self._run_id = run_id
        self._redactor = redactor
        self._options = options
        self._prefix = prefix
        self._standing = [PENDING] * len(brain)

    def step_id(self, number: int) -> str:
        """1, 2, 3, and 2.1 inside the second: the same in each run of a brain."""
        return f"{self._prefix}{number + 1}"

    def start(self, state: JsonObject, state_redactions: list[Redaction]) -> JsonObject:
        how = {"wholeOnlyBelow": WHOLE_ONLY_BELOW}
        event = self._of_brain(START, RUNNING, {"initialState": state, "redaction": how})
        options = redactions(self._options, event["options"], self._redactor.read)
        return self._fitting(
            event | redacted_at({"options": options, "initialState": state_redactions})
        )

    def statuses(self) -> JsonObject:
        steps = [
            {"id": self.step_id(number), "title": block.title, "status": standing}
            for number, (block, standing) in enumerate(
                zip(self._brain.blocks, self._standing, strict=True)
            )
        ]
        return self._event(STEP_STATUS, {"steps": steps})

    def step_start(self, number: int) -> JsonObject:
        event = self._of_step(STEP_START, number, {"stepIndex": number})
        self._standing[number] = RUNNING
        return event

    def step_print(self, number: int, shown: Shown) -> JsonObject:
        """What the step has printed; `leftOut` is the number of lines that are not in it."""
        more = {"leftOut": shown.left_out} if shown.left_out else {}
        return self._of_step(STEP_PRINT, number, {"text": shown.text, **more})

    def step_complete(
        self, number: int, patch: Patch, state_redactions: list[Redaction], more: JsonObject
    ) -> JsonObject:
        """Raises StepFailed when the event is larger than can be stored."""
        at = redacted_at({"state": state_redactions})
        fields = {"patch": patch, **more, **self._reads(), **at}
        event = self._fitting(self._of_step(STEP_COMPLETE, number, fields))
        self._standing[number] = DONE
        return event

    def error(self, number: int, error: JsonObject) -> JsonObject:
        self._standing[number] = FAILED
        return self._of_brain(ERROR, FAILED, {"error": error, **self._reads()})

    def complete(self, after: int) -> JsonObject:
        more = {} if after == len(self._standing) else {"endedAfter": after}
        return self._of_brain(COMPLETE, DONE, more)

    def _of_brain(self, kind: str, status: str, more: JsonObject) -> JsonObject:
        about = {"brainTitle": self._brain.title}
        if self._brain.description is not None:
            about["brainDescription"] = self._brain.description
        return self._event(kind, {"status": status, **about, **more})

    def _of_step(self, kind: str, number: int, more: JsonObject) -> JsonObject:
        title = self._brain.blocks[number].title
        about = {"status": RUNNING, "stepTitle": title, "stepId": self.step_id(number)}
        return self._event(kind, {**about, **more})

    def _event(self, kind: str, fields: JsonObject) -> JsonObject:
        return {"type": kind, **fields, "options": self._shown(), "brainRunId": self._run_id}

    def _shown(self) -> JsonObject:
        shown: JsonObject = self._redactor.document(self._options)
        if shown is not self._options and json_size(shown) > 2 * MAX_OPTIONS:
            return {}  # markers can be longer than what they replace
        return shown

    def _reads(self) -> JsonObject:
        """What is special about the values that were read so far."""
        names, copied = self._redactor.whole_only, self._redactor.copied
        expired = {name: iso(at) for name, at in self._redactor.expired.items()}
        found: JsonObject = {"wholeOnly": list(names)} if names else {}
        found |= {"fromCopy": dict(copied)} if copied else {}
        return found | ({"expired": expired} if expired else {})

    def _fitting(self, event: JsonObject) -> JsonObject:
        if AT in event and json_size(event) > MAX_SIZE:
            event = event | {AT: {part: [LOST] for part in event[AT]}}
        if json_size(event) <= MAX_SIZE:
            return event
        where = f"step {event['stepTitle']!r}" if "stepTitle" in event else "the brain's start"
        raise StepFailed(f"{where}: the event is larger than {MAX_SIZE:,} characters of JSON")


def redacted_at(found: Mapping[str, list[Redaction]]) -> JsonObject:
    """The field for the redactions, if there are any."""
    some = {part: items for part, items in found.items() if items}
    return {AT: some} if some else {}
