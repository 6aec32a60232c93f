"""Takes out of a run's events what became known as a value after they were made."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from positronic.brains.events import AT, redacted_at
from positronic.brains.jsonable import MAX_SIZE, JsonObject, json_size
from positronic.brains.options import MAX_OPTIONS
from positronic.brains.patches import Patch, apply, difference
from positronic.brains.redactions import LOST, NotRestorable, Redaction, redactions, restored
from positronic.brains.run_redactor import RunRedactor

# What may be redacted in an event, and is needed again.
_PARTS: Final = {"brain:start": ("options", "initialState"), "step:complete": ("state",)}


@dataclass(slots=True)
class _Told:
    """A brain's state as it was told; `shown`, once that differs, as it is to be told now.

    Patches that hold no value wait in `pending`: where none does, no state is made.
    """

    state: JsonObject
    shown: JsonObject | None = None
    pending: list[Patch] = field(default_factory=list)


class EventRedactor:
    """Goes over a run's events in order, from the first.

    Only what a brain or its caller can put into an event is looked at: a value like `running` or
    `replace` is a word of ours too. A patch is made anew rather than searched, since its paths
    spell keys in their own way (RFC 6901).
    """

    def __init__(self, redactor: RunRedactor) -> None:
        self._redactor = redactor
        # Of each brain that has begun and not ended.
        self._told: list[_Told] = []
        # Of the event at hand: where it was redacted, as it was told and as it is now.
        self._redactions_before: Mapping[str, list[Redaction]] = {}
        self._redactions: dict[str, list[Redaction]] = {}

    def cleaned(self, event: Mapping[str, Any]) -> Mapping[str, Any]:
        """The event itself when nothing in it has to go."""
        found: Mapping[str, Any] = event
        self._redactions_before, self._redactions = event.get(AT, {}), {}
        cleaners: dict[str, Callable[[Any], Any]] = {
            "options": self._options,
            "initialState": self._begin,
            "patch": self._patch,
            "error": self._error,
        }
        for name, clean in cleaners.items():
            if name in event and (now := clean(event[name])) != event[name]:
                found = {**found, name: now}
        all_redactions = {**self._redactions_before, **self._redactions}
        parts = _PARTS.get(event["type"], ())
        # Of a patch that is the same still, the state may be redacted in more places.
        at = redacted_at({part: all_redactions.get(part, []) for part in parts})
        if at.get(AT) != event.get(AT):
            found = {**found, **at}
        if event["type"] in ("brain:complete", "brain:error") and self._told:
            self._told.pop()
        return found

    def _options(self, options: JsonObject) -> JsonObject:
        return self._document("options", options, 2 * MAX_OPTIONS)

    def _begin(self, state: JsonObject) -> JsonObject:
        shown = self._document("initialState", state, MAX_SIZE)
        self._told.append(_Told(state, None if shown is state else shown))
        return shown

    def _patch(self, patch: Patch) -> Patch:
        told = self._told[-1]
        if told.shown is None and self._is_clean(patch):
            told.pending.append(patch)
            return patch
        before = apply(told.state, told.pending)
        shown = before if told.shown is None else told.shown
        told.state, told.pending = apply(before, [patch]), []
        told.shown = self._document("state", told.state, MAX_SIZE)
        return difference(shown, told.shown)

    def _is_clean(self, patch: Patch) -> bool:
        parts = [[_keys(op["path"]), _keys(op.get("from", "")), op.get("value")] for op in patch]
        return self._redactor.document(parts) is parts

    def _error(self, error: JsonObject) -> JsonObject:
        return {field: self._redactor.message(text) for field, text in error.items()}

    def _document(self, part: str, document: JsonObject, limit: int) -> JsonObject:
        """Empty when the markers, which can be longer than values, make it too large."""
        shown: JsonObject = self._redactor.document(document)
        if shown is document:
            return document
        if json_size(shown) > limit:
            shown = {}
        before = self._redactions_before.get(part, [])
        self._redactions[part] = self._all_redactions(document, before, shown)
        return shown

    def _all_redactions(
        self, told: JsonObject, known: list[Redaction], shown: JsonObject
    ) -> list[Redaction]:
        """Those from before, and the new ones."""
        read = self._redactor.read
        try:
            return redactions(restored(told, known, read), shown, read)
        except NotRestorable:
            return [LOST]


def _keys(path: str) -> list[str]:
    return [part.replace("~1", "/").replace("~0", "~") for part in path.split("/")]
