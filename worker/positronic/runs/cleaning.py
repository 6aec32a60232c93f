"""Takes out of a run's events what became known as a value after they were made."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from positronic.brains.jsonable import MAX_SIZE, JsonObject, json_size
from positronic.brains.options import MAX_OPTIONS
from positronic.brains.patches import apply, difference
from positronic.redact import Redactor


class Cleaning:
    """Goes over a run's events in order, from the first.

    Only what a brain or its caller can put into an event is looked at: a value like `running` or
    `replace` is a word of ours too. A patch is made anew rather than searched, since its paths
    spell keys in their own way (RFC 6901).
    """

    def __init__(self, redactor: Redactor) -> None:
        self._redactor = redactor
        # Of each brain that has begun and not ended: its state as it was told, and as it is now.
        self._states: list[tuple[JsonObject, JsonObject]] = []

    def cleaned(self, event: Mapping[str, Any]) -> Mapping[str, Any]:
        """The event itself when nothing in it has to go."""
        found = event
        for field, clean in (
            ("options", self._options),
            ("initialState", self._begin),
            ("patch", self._patch),
            ("error", self._error),
        ):
            if field in event and (now := clean(event[field])) != event[field]:
                found = {**found, field: now}
        if event["type"] in ("brain:complete", "brain:error") and self._states:
            self._states.pop()
        return found

    def _options(self, options: JsonObject) -> JsonObject:
        return self._document(options, 2 * MAX_OPTIONS)

    def _begin(self, state: JsonObject) -> JsonObject:
        self._states.append((state, self._document(state, MAX_SIZE)))
        return self._states[-1][1]

    def _patch(self, patch: Any) -> Any:  # noqa: ANN401 - JSON
        told, shown = self._states[-1]
        after = apply(told, [patch])
        shown_after = self._document(after, MAX_SIZE)
        self._states[-1] = (after, shown_after)
        return patch if shown is told and shown_after is after else difference(shown, shown_after)

    def _error(self, error: JsonObject) -> JsonObject:
        return {field: self._redactor.message(text) for field, text in error.items()}

    def _document(self, document: JsonObject, limit: int) -> JsonObject:
        """Empty when the markers, which can be longer than values, make it too large."""
        shown = self._redactor.document(document)
        return shown if shown is document or json_size(shown) <= limit else {}
