"""State as patches (RFC 6902), always between states that are already redacted."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import jsonpatch

from positronic.brains.brain_errors import InvalidRun
from positronic.brains.jsonable import Json, JsonObject, json_size, same_json

Patch = list[JsonObject]

MAX_CHANGES: Final = 1_000  # jsonpatch takes quadratic time
WORTH_IT: Final = 4_096  # extra characters that are worth a patch that shows the change


def whole(after: JsonObject) -> Patch:
    """A patch that turns any state into this one."""
    return [{"op": "replace", "path": "", "value": after}]


def difference(before: JsonObject, after: JsonObject) -> Patch:
    """A patch from one to the other; the whole new state if that is shorter, safer or faster."""
    if _changes(before, after) > MAX_CHANGES:
        return whole(after)
    patch: Patch = jsonpatch.make_patch(before, after).patch
    if not patch:
        return patch
    smaller = json_size(patch) <= json_size(whole(after)) + WORTH_IT
    # Checked, because a different replayed state would go unnoticed later.
    return (
        patch
        if smaller and same_json(jsonpatch.apply_patch(before, patch), after)
        else whole(after)
    )


def _changes(before: Json, after: Json) -> int:
    """The number of differences as jsonpatch counts them: lists item by item."""
    if isinstance(before, dict) and isinstance(after, dict):
        both = before.keys() & after.keys()
        apart = len(before.keys() ^ after.keys())
        return apart + sum(_changes(before[key], after[key]) for key in both)
    if isinstance(before, list) and isinstance(after, list):
        return abs(len(before) - len(after)) + sum(map(_changes, before, after))
    return int(before != after)


def apply(state: JsonObject, patches: Iterable[Patch]) -> JsonObject:
    """A new state. Raises InvalidRun for a patch that does not fit."""
    result: Json = state
    try:
        for patch in patches:
            result = jsonpatch.apply_patch(result, patch)
    except (jsonpatch.JsonPatchException, jsonpatch.JsonPointerException, TypeError):
        raise InvalidRun("a completed step's patch does not fit its state") from None
    if not isinstance(result, dict):
        raise InvalidRun("a completed step's patch leaves no JSON object")
    return result
