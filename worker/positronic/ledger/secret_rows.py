"""A secret's state, and its versions: a row each, so that a list reads no sealed text."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Final

from positronic.errors import CorruptRecord
from positronic.ledger import policy_fields
from positronic.ledger.codec import Codec, Keys
from positronic.ledger.fields import Fields
from positronic.names import Name, parse_name
from positronic.ports import Metadata, Record
from positronic.quick_dataclass import quick_dataclass
from positronic.rows import MAX_NUMBER, Kind
from positronic.sealing.envelope import KEY_ID
from positronic.secrets.policy import DEFAULT, Due, Policy

Actor = Mapping[str, str]  # who did it, as events name them

_NUMBERED: Final = re.compile(r".*/([0-9]{16})", re.DOTALL)  # a `version_id`


@quick_dataclass(frozen=True, slots=True)
class SecretState:
    """The metadata of its last version; `deleted_at`: there is none now, and its number stays.

    `changed_at`, `changed_by`: its last change of any kind; rows of before have neither.
    `deleted_version`: the one that was current when it was deleted, if that was not undone, also
    once the name is in use again; `kept_until`: when it and what is before it are removed.
    """

    name: Name
    metadata: Metadata
    deleted_at: int | None = None
    changed_at: int | None = None
    changed_by: Actor | None = None
    deleted_version: int | None = None
    kept_until: int | None = None
    policy: Policy = DEFAULT

    @property
    def is_live(self) -> bool:
        return self.deleted_at is None

    def keeps(self, version: int, now: int) -> bool:
        """Whether its deletion, if it was deleted, still leaves this version."""
        is_over = self.kept_until is not None and self.kept_until <= now
        return not (is_over and version <= (self.deleted_version or 0))

    @property
    def updated_at(self) -> int:
        """When it was last changed, in milliseconds."""
        return self.changed_at or self.deleted_at or self.metadata.updated_at

    @property
    def is_copied(self) -> bool:
        """Whether there has to be a copy of it elsewhere."""
        return self.is_live and self.policy.is_copied

    @property
    def due(self) -> Due | None:
        """What is to be done first; None: nothing, ever, or it is deleted."""
        return self.policy.due(self.metadata.updated_at) if self.is_live else None


@quick_dataclass(frozen=True, slots=True)
class Version(Record):
    """`by`: who wrote it; `restored_from`: the version whose value it has again.

    A destroyed one has no sealed text, and keeps its line in the history.
    """

    by: Actor | None = None
    restored_from: int | None = None

    @property
    def is_destroyed(self) -> bool:
        return not self.sealed


def version_from(
    record: Record, by: Actor | None = None, restored_from: int | None = None
) -> Version:
    return Version(record.name, record.metadata, record.sealed, by, restored_from)


def version_id(name: str, version: int) -> str:
    """Ascending ids are newest first; no name holds a slash."""
    return f"{name}/{MAX_NUMBER - version:016d}"


def name_of(id_: str) -> str:
    """The name in a `version_id`."""
    return id_.rpartition("/")[0]


def version_of(id_: str) -> int:
    """The number in a `version_id`; 0: it is not one, so that its row is damaged."""
    found = _NUMBERED.fullmatch(id_)
    return max(0, MAX_NUMBER - int(found[1])) if found else 0


def metadata_fields(metadata: Metadata) -> dict[str, object]:
    return {
        "version": metadata.version,
        "createdAt": metadata.created_at,
        "updatedAt": metadata.updated_at,
        "keyId": metadata.key_id,
    }


def metadata_in_kv(name: str, found: object) -> Metadata:
    """The metadata of a sealed text in KV. Raises CorruptRecord rather than make up a date."""
    try:
        return read_metadata(Fields(json.dumps(found)))
    except (ValueError, TypeError, RecursionError):
        raise CorruptRecord(f"the record of {name} has unreadable metadata") from None


def read_metadata(fields: Fields) -> Metadata:
    return Metadata(
        version=fields.number("version"),
        created_at=fields.time("createdAt"),
        updated_at=fields.time("updatedAt"),
        key_id=fields.matched("keyId", KEY_ID),
    )


def _encode_state(state: SecretState) -> Mapping[str, object]:
    more = {
        "deletedAt": state.deleted_at,
        "changedAt": state.changed_at,
        "changedBy": state.changed_by,
        "deletedVersion": state.deleted_version,
        "keptUntil": state.kept_until,
    }
    given = {key: found for key, found in more.items() if found is not None}
    return {**metadata_fields(state.metadata), **given, **policy_fields.encode(state.policy)}


def _decode_state(id_: str, fields: Fields) -> SecretState:
    return SecretState(
        parse_name(id_),
        read_metadata(fields),
        fields.optional_time("deletedAt"),
        fields.optional_time("changedAt"),
        fields.optional_pairs("changedBy"),
        fields.optional_number("deletedVersion"),
        fields.optional_time("keptUntil"),
        policy_fields.decode(fields),
    )


def _state_keys(state: SecretState) -> Keys:
    """A deleted one is in no list of the live ones."""
    due = state.due
    return (state.name if state.is_live else None, state.kept_until, due.at if due else None)


def _encode_version(version: Version) -> Mapping[str, object]:
    more = {"by": version.by, "restoredFrom": version.restored_from}
    given = {key: found for key, found in more.items() if found is not None}
    return {**metadata_fields(version.metadata), "sealed": version.sealed, **given}


def _decode_version(id_: str, fields: Fields) -> Version:
    return Version(
        Name(name_of(id_)),
        read_metadata(fields),
        fields.text("sealed"),
        fields.optional_pairs("by"),
        fields.optional_number("restoredFrom"),
    )


STATES: Final[Codec[SecretState]] = Codec(
    Kind("secret", ("live", "deleted", "due")),
    lambda state: state.name,
    _encode_state,
    _decode_state,
    _state_keys,
    remembers=True,
)
VERSIONS: Final[Codec[Version]] = Codec(
    Kind("version", ("master",), is_shredded=True),
    lambda version: version_id(version.name, version.metadata.version),
    _encode_version,
    _decode_version,
    lambda version: (version.metadata.key_id,),
    remembers=True,
)
