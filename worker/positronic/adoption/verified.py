"""An entry of the first layout is opened, or its signature checked, before it is believed."""

from __future__ import annotations

from positronic.access import tokens
from positronic.access.authentication import verify
from positronic.adoption.first_layout import OldEntry
from positronic.errors import CorruptRecord, PositronicError, UnknownKey
from positronic.ledger.fields import Fields
from positronic.ledger.secret_rows import metadata_in_kv
from positronic.ledger.token_rows import TOKENS
from positronic.names import Project, parse_name
from positronic.ports import Record, TokenRecord
from positronic.sealing.signing import Signer, Verdict
from positronic.secrets.sealer import Sealer


async def secret(sealer: Sealer, found: OldEntry) -> Record:
    """Its text opens under its name, version and dates.

    Raises InvalidName, ReservedName, CorruptRecord, UnknownKey.
    """
    name = parse_name(found.id)
    record = Record(name, metadata_in_kv(name, found.metadata), found.text)
    await sealer.open(record)
    return record


def token(signer: Signer, project: Project, found: OldEntry) -> TokenRecord:
    """Its signature covers its project, id, role, expiry and hash. CorruptRecord, UnknownKey."""
    try:
        if not tokens.ID.fullmatch(found.id):
            raise CorruptRecord("no token has this id")
        record = TOKENS.decode(found.id, Fields(found.text))
    except (ValueError, KeyError, TypeError, RecursionError, PositronicError):
        raise CorruptRecord("the token's record cannot be read") from None
    verdict = verify(signer, project, record)
    if verdict is Verdict.UNKNOWN_KEY:
        raise UnknownKey(f"the master key {record.signature.key_id!r} is missing")
    if verdict is not Verdict.INTACT:
        raise CorruptRecord("the token's record was changed")
    return record
