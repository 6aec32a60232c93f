"""A secret's state, and its sealed text: a row each, so that a list reads no sealed text."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from pydantic_core import SchemaValidator, core_schema

from positronic import times
from positronic.errors import CorruptRecord
from positronic.ledger.codec import Codec, Keys
from positronic.ledger.fields import Fields
from positronic.names import Name, is_name, parse_name
from positronic.ports import Metadata, Record
from positronic.rows import MAX_NUMBER, Kind, Row
from positronic.sealing.envelope import KEY_ID

_TIME: Final = core_schema.int_schema(strict=True, gt=0, le=times.LAST)
# What `STATES` takes of a secret that is not deleted.
_LIVE: Final = {
    "version": core_schema.int_schema(strict=True, gt=0, le=2**53 - 1),
    "createdAt": _TIME,
    "updatedAt": _TIME,
    "keyId": core_schema.str_schema(strict=True, pattern=f"^{KEY_ID.pattern}$"),
    "deletedAt": core_schema.with_default_schema(core_schema.none_schema(), default=None),
}
_FIELDS: Final = {key: core_schema.typed_dict_field(one) for key, one in _LIVE.items()}
_CHECK: Final = SchemaValidator(core_schema.typed_dict_schema(_FIELDS))


@dataclass(frozen=True, slots=True)
class SecretState:
    """The metadata of its last version; `deleted_at`: there is none now, and its number stays."""

    name: Name
    metadata: Metadata
    deleted_at: int | None = None

    @property
    def is_live(self) -> bool:
        return self.deleted_at is None


def version_id(name: str, version: int) -> str:
    """Ascending ids are newest first; no name holds a slash."""
    return f"{name}/{MAX_NUMBER - version:016d}"


def name_of(id_: str) -> str:
    """The name in a `version_id`."""
    return id_.rpartition("/")[0]


def version_of(id_: str) -> int:
    """The number in a `version_id`. Raises ValueError."""
    return MAX_NUMBER - int(id_.rpartition("/")[2])


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
    return {**metadata_fields(state.metadata), "deletedAt": state.deleted_at}


def _decode_state(id_: str, fields: Fields) -> SecretState:
    return SecretState(parse_name(id_), read_metadata(fields), fields.optional_time("deletedAt"))


def _state_keys(state: SecretState) -> Keys:
    """A deleted one is in no list."""
    return (state.name if state.is_live else None,)


def _encode_version(record: Record) -> Mapping[str, object]:
    return {**metadata_fields(record.metadata), "sealed": record.sealed}


def _decode_version(id_: str, fields: Fields) -> Record:
    return Record(Name(name_of(id_)), read_metadata(fields), fields.text("sealed"))


STATES: Final[Codec[SecretState]] = Codec(
    Kind("secret", ("live",)),
    lambda state: state.name,
    _encode_state,
    _decode_state,
    _state_keys,
)
VERSIONS: Final[Codec[Record]] = Codec(
    Kind("version", ("master",)),
    lambda record: version_id(record.name, record.metadata.version),
    _encode_version,
    _decode_version,
    lambda record: (record.metadata.key_id,),
)


def listed(row: Row) -> list[object]:
    """[name, version, created, updated] of one that is not deleted; [id] of a row that `STATES`
    cannot read. Checked by one call, without a state for each row of a list.
    """
    try:
        found = _CHECK.validate_json(row.text)
    except ValueError:
        return [row.id]
    if not is_name(row.id) or row.keys != (row.id,):
        return [row.id]
    return [row.id, found["version"], found["createdAt"], found["updatedAt"]]
