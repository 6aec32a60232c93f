"""What a ledger knows of its exports, and of the import that fills it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from positronic.ledger.codec import Codec
from positronic.ledger.fields import DIGEST, Fields
from positronic.ledger.setting_rows import SETTING

# When the last complete export was begun, milliseconds.
EXPORTED_ID: Final = "exported"
EXPORTED: Final[Codec[int]] = Codec(
    SETTING,
    lambda _: EXPORTED_ID,
    lambda at: {"at": at},
    lambda _, fields: fields.time("at"),
)


@dataclass(frozen=True, slots=True)
class Import:
    """How far an import is. `header`: the digest of the header of its file; `mac`: of the last
    page that was written; `next`: the number of the page that comes next.
    """

    header: str
    next: int = 0
    mac: str = ""
    has_all: bool = False


def _decode(_: str, fields: Fields) -> Import:
    mac = fields.text("mac")
    if mac and not DIGEST.fullmatch(mac):
        raise ValueError("mac")
    return Import(
        fields.matched("header", DIGEST),
        fields.count("next"),
        mac,
        fields.anything("hasAll") is True,
    )


def _rows(id_: str) -> Codec[Import]:
    return Codec(
        SETTING,
        lambda _: id_,
        lambda one: {
            "header": one.header,
            "next": one.next,
            "mac": one.mac,
            "hasAll": one.has_all,
        },
        _decode,
    )


# There from the first to the last step of an import.
IMPORTING_ID: Final = "importing"
IMPORTING: Final = _rows(IMPORTING_ID)
# Then this one, for a last step that is sent again.
IMPORTED_ID: Final = "imported"
IMPORTED: Final = _rows(IMPORTED_ID)
