"""Targets that are switched on in a project, and what is known of each name there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from positronic.ledger.codec import Codec, Keys
from positronic.ledger.fields import Fields
from positronic.names import NAME, Name, TargetName, parse_name, parse_target
from positronic.rows import Key, Kind


@dataclass(frozen=True, slots=True)
class SwitchedOn:
    """A target that gets these secrets, or (None) those whose names begin with `prefix`.

    `by`: who changed it last; times in milliseconds. `scan`: after which entry its names are still
    to be looked through; None: they were. `is_fresh`: in that scan, what was written before counts
    for nothing. `is_leaving`: what is ours there is removed, and then this row. `resume`: nothing
    is sent before, after `failed` failures of the whole target in a row. `is_paused`: it
    came with an import, and nothing is sent before somebody sets or synchronises it. `place`: where
    the configuration had it when it was last looked through.
    """

    target: TargetName
    names: tuple[Name, ...] | None
    prefix: str | None
    by: Mapping[str, str]
    created_at: int
    changed_at: int
    scan: str | None = None
    is_fresh: bool = False
    is_leaving: bool = False
    failed: int = 0
    resume: int | None = None
    is_paused: bool = False
    place: str | None = None

    def selects(self, name: str) -> bool:
        if self.is_leaving:
            return False
        return name in self.names if self.names is not None else name.startswith(self.prefix or " ")


@dataclass(frozen=True, slots=True)
class Push:
    """What is known of one name at one target.

    `due`: when it is pushed, in milliseconds; `tries`: which try that is, from 1; `error`: why the
    one before failed. `is_ours`: it was recorded that we write there, so what is there is ours.
    `version`: written last, at `at`, with the provider's `receipt`; None: none that we know of.
    `refused`: why the provider does not take `refused_version`, until something changes. `ends`:
    when what is there has to go. `unsure`: until then a request may arrive there whose answer was
    lost, so that the newest state is sent once more at that time. `place`: where it is ours.
    """

    target: TargetName
    name: Name
    due: int | None
    tries: int = 1
    error: str | None = None
    is_ours: bool = False
    version: int | None = None
    receipt: str | None = None
    at: int | None = None
    refused: str | None = None
    refused_version: int | None = None
    ends: int | None = None
    unsure: int | None = None
    place: str | None = None

    def at_place(self, place: str) -> Push:
        """What is known of the name at this place: nothing, if what is ours is at another."""
        is_elsewhere = self.is_ours and self.place != place
        return Push(self.target, self.name, self.due) if is_elsewhere else self


def push_id(target: str, name: str) -> str:
    """No name of a target holds a slash."""
    return f"{target}/{name}"


def pushes_of(target: str) -> tuple[str, str]:
    """The range of ids, from the first and below the second, and of keys in `due`."""
    return f"{target}/", f"{target}0"


def due_key(target: str, at: int) -> str:
    """Where in the index `due` those of this target stand that are due then."""
    return f"{target}/{at:015d}"


def due_at(key: Key | None) -> int:
    """The time in a `due_key`."""
    return int(str(key).rpartition("/")[2])


def _decode(id_: str, fields: Fields) -> SwitchedOn:
    names = None if fields.anything("names") is None else fields.texts("names")
    prefix = fields.optional_matched("prefix", NAME)
    parsed = None if names is None else tuple(map(parse_name, names))
    if (parsed is None) == (prefix is None) or parsed != (parsed and tuple(sorted(set(parsed)))):
        raise ValueError("names")
    return SwitchedOn(
        *(parse_target(id_), parsed, prefix, fields.pairs("by")),
        *(fields.time("createdAt"), fields.time("changedAt"), fields.optional_text("scan")),
        *(fields.flag("fresh"), fields.flag("leaving"), fields.count("failed")),
        *(fields.optional_time("resume"), fields.flag("paused"), fields.optional_text("place")),
    )


def _encode_push(push: Push) -> Mapping[str, object]:
    more = {
        "due": push.due,
        "error": push.error,
        "version": push.version,
        "receipt": push.receipt,
        "at": push.at,
        "refused": push.refused,
        "refusedVersion": push.refused_version,
        "ends": push.ends,
        "unsure": push.unsure,
        "place": push.place,
    }
    given = {key: one for key, one in more.items() if one is not None}
    return {"tries": push.tries, "ours": push.is_ours, **given}


def _decode_push(id_: str, fields: Fields) -> Push:
    target, _, name = id_.partition("/")
    return Push(
        *(parse_target(target), parse_name(name), fields.optional_time("due")),
        *(fields.number("tries"), fields.optional_text("error"), fields.flag("ours")),
        *(fields.optional_number("version"), fields.optional_text("receipt")),
        *(fields.optional_time("at"), fields.optional_text("refused")),
        *(fields.optional_number("refusedVersion"), fields.optional_time("ends")),
        *(fields.optional_time("unsure"), fields.optional_text("place")),
    )


def _push_keys(push: Push) -> Keys:
    """When something is to be done; and, under its target, whether it is due or else refused."""
    at = push.due
    if at is None:
        at = min((one for one in (push.ends, push.unsure) if one is not None), default=None)
    is_refused = push.due is None and push.refused is not None
    return (
        None if at is None else due_key(push.target, at),
        None if push.due is None else push.target,
        push.target if is_refused else None,
    )


TARGETS: Final[Codec[SwitchedOn]] = Codec(
    Kind("target"),
    lambda one: one.target,
    lambda one: {
        "names": one.names,
        "prefix": one.prefix,
        "by": one.by,
        "createdAt": one.created_at,
        "changedAt": one.changed_at,
        "scan": one.scan,
        "fresh": one.is_fresh,
        "leaving": one.is_leaving,
        "failed": one.failed,
        "resume": one.resume,
        "paused": one.is_paused,
        "place": one.place,
    },
    _decode,
)
PUSHES: Final[Codec[Push]] = Codec(
    Kind("push", ("due", "waiting", "refused")),
    lambda push: push_id(push.target, push.name),
    _encode_push,
    _decode_push,
    _push_keys,
)
