"""Which rows an export has: each kind is in one of these tables, on purpose."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from positronic.errors import InvalidRequest, PositronicError
from positronic.ledger.audit_key_rows import AUDIT_KEYS
from positronic.ledger.codec import Codec
from positronic.ledger.event_rows import EVENTS
from positronic.ledger.fields import Fields
from positronic.ledger.grant_rows import GRANTS
from positronic.ledger.secret_rows import STATES, VERSIONS
from positronic.ledger.setting_rows import SETTING, TRIMMED, TRIMMED_ID
from positronic.ledger.target_rows import PUSHES, TARGETS
from positronic.ledger.token_rows import TOKENS
from positronic.ledger.use_rows import COUNTED, COUNTED_ID, LAST_READS, USES
from positronic.rows import Kind, Put

# In this order. Events come last: those that were added after the head of the chain was taken are
# not carried, so that they may be added meanwhile.
KINDS: Final[Sequence[Kind]] = (
    *(STATES.kind, VERSIONS.kind, TOKENS.kind, GRANTS.kind, USES.kind),
    # After the secrets, so that an import makes none of them due before its end.
    *(TARGETS.kind, PUSHES.kind),
    EVENTS.kind,
)
# Of the settings, those with the last page.
SETTINGS: Final = (TRIMMED_ID, COUNTED_ID)
CODECS: Final[Mapping[str, Sequence[Codec[Any]]]] = {
    STATES.kind.name: (STATES,),
    VERSIONS.kind.name: (VERSIONS,),
    TOKENS.kind.name: (TOKENS,),
    GRANTS.kind.name: (GRANTS,),
    USES.kind.name: (USES, LAST_READS),
    TARGETS.kind.name: (TARGETS,),
    PUSHES.kind.name: (PUSHES,),
    EVENTS.kind.name: (EVENTS,),
    SETTING.name: (TRIMMED, COUNTED),
    AUDIT_KEYS.kind.name: (AUDIT_KEYS,),  # in the header
}
# Why the other kinds and settings are left out.
LEFT_OUT: Final = {
    "duty": "a ledger makes its own with its first event",
    "outbox": "every copy is due after an import",
    "published": "says what is in KV, which the import does not know",
    "waiting": "only during an adoption",
    "project": "of the directory",
    "run": "says how a run stands that the import does not bring",
    "watch": "of a process",
    "reminder": "of a day; the webhook is asked again",
    "owner": "made with the event of the import",
    "adopted": "made at the end of the import",
    "adopting": "only during an adoption",
    "leftover": "made at the end of the import",
    "jurisdiction": "of the directory",
    "exported": "says nothing of a copy",
    "importing": "only during an import",
    "imported": "of the import before",
}


def restored(kind: str, id_: str, text: str) -> tuple[Put, object]:
    """The row of a line, and what it says: None for an event that cannot be read, which is kept
    as it is, for the chain. Raises InvalidRequest.
    """
    for codec in CODECS.get(kind, ()):
        try:
            item = codec.decode(id_, Fields(text))
            if codec.id_of(item) == id_:
                return Put(codec.kind, id_, text, codec.keys_of(item)), item
        except (ValueError, KeyError, TypeError, PositronicError):
            continue
    if kind == EVENTS.kind.name and id_.isascii() and id_.isdigit():
        return Put(EVENTS.kind, id_, text, (None,) * len(EVENTS.kind.indexes)), None
    raise InvalidRequest("the export has a row that this version does not know")
