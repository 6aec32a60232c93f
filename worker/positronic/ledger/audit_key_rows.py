"""A project's audit key: one row, sealed as a value is, under a reserved name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from positronic.ledger.codec import Codec
from positronic.ledger.fields import Fields
from positronic.ledger.secret_rows import metadata_fields, read_metadata
from positronic.names import Name
from positronic.ports import Record
from positronic.rows import Kind

AUDIT_KEY: Final = Name("POSITRONIC_AUDIT_KEY")


def _encode(record: Record) -> Mapping[str, object]:
    return {**metadata_fields(record.metadata), "sealed": record.sealed}


def _decode(id_: str, fields: Fields) -> Record:
    return Record(Name(id_), read_metadata(fields), fields.text("sealed"))


# Found by the id of the master key that seals it, for a rotation.
AUDIT_KEYS: Final[Codec[Record]] = Codec(
    Kind("auditkey", ("master",)),
    lambda _: AUDIT_KEY,
    _encode,
    _decode,
    lambda record: (record.metadata.key_id,),
    remembers=True,
)
