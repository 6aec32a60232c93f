"""Redacts values that became known after a run's events were stored."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final

from positronic.brains.events import AT, redacted_at
from positronic.brains.jsonable import MAX_SIZE, JsonObject, json_size
from positronic.brains.options import MAX_OPTIONS
from positronic.brains.patches import Patch, apply, difference
from positronic.brains.redactions import LOST, NotRestorable, Redaction, redactions, restored
from positronic.brains.run_redactor import RunRedactor
from positronic.redact.printed_lines import printed_lines

# The redacted parts of an event that a rerun needs.
_PARTS: Final = {"brain:start": ("options", "initialState"), "step:complete": ("state",)}


@dataclass(slots=True)
class _Told:
    """A brain's state as it was stored; `shown` is the redacted one, once that differs.

    Patches without values wait in `pending`, so that often no state needs to be built.
    """

    state: JsonObject
    shown: JsonObject | None = None
    pending: list[Patch] = field(default_factory=list)


class EventRedactor:
    """Processes a run's events in order, from the first.

    Only what a brain or its caller can put into an event is searched, because a value such as
    `running` or `replace` is also a word of ours. A patch is rebuilt rather than searched, because
    its paths escape keys (RFC 6901).
    """

    def __init__(self, redactor: RunRedactor) -> None:
        self._redactor = redactor
        # Of each brain that has started and not ended.
        self._told: list[_Told] = []
        # Of the current event: its redactions as stored, and the new ones.
        self._redactions_before: Mapping[str, list[Redaction]] = {}
        self._redactions: dict[str, list[Redaction]] = {}

    def cleaned(self, event: Mapping[str, Any]) -> Mapping[str, Any]:
        """The redacted event; the same object if nothing changes."""
        found: Mapping[str, Any] = event
        self._redactions_before, self._redactions = event.get(AT, {}), {}
        cleaners: dict[str, Callable[[Any], Any]] = {
            "options": self._options,
            "initialState": self._begin,
            "patch": self._patch,
            "error": self._error,
            "text": partial(printed_lines, self._redactor),
        }
        for name, clean in cleaners.items():
            if name in event and (now := clean(event[name])) != event[name]:
                found = {**found, name: now}
        all_redactions = {**self._redactions_before, **self._redactions}
        parts = _PARTS.get(event["type"], ())
        # Even if a patch is unchanged, its state may have more redactions.
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
        """Empty if the markers, which may be longer than values, make it too large."""
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
