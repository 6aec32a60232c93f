"""What a ledger holds, as a test reads it and as somebody with access to it could change it."""

from __future__ import annotations

from collections.abc import Mapping

from positronic.ledger.event_rows import EVENTS, ChainedEvent
from positronic.ledger.project_rows import PROJECTS
from positronic.ledger.secret_rows import STATES, VERSIONS, SecretState, version_from, version_id
from positronic.ledger.token_rows import TOKENS
from positronic.names import Name, Project
from positronic.ports import Event, Ledger, Record, TokenRecord
from positronic.rows import Key, Kind, Put


def records(ledger: Ledger) -> dict[Name, Record]:
    """Each secret's text and metadata."""
    found = [VERSIONS.read(row) for row in ledger.list(VERSIONS.kind, limit=10_000)]
    return {record.name: record for record in sorted(found, key=lambda record: record.name)}


def tokens(ledger: Ledger) -> list[TokenRecord]:
    """By id."""
    return [TOKENS.read(row) for row in ledger.list(TOKENS.kind, limit=10_000)]


def chained_events(ledger: Ledger) -> list[ChainedEvent]:
    """Newest first."""
    return [EVENTS.read(row) for row in ledger.list(EVENTS.kind, limit=10_000)]


def events(ledger: Ledger) -> list[Event]:
    """Newest first."""
    return [chained.event for chained in chained_events(ledger)]


def keep_token(ledger: Ledger, record: TokenRecord) -> None:
    ledger.commit([TOKENS.put(record)], {})


def keep_event(ledger: Ledger, chained: ChainedEvent) -> None:
    ledger.commit([EVENTS.put(chained)], {})


def keep_record(ledger: Ledger, record: Record) -> None:
    """As the current version of its name."""
    state = STATES.put(SecretState(record.name, record.metadata))
    ledger.commit([state, VERSIONS.put(version_from(record))], {})


def keep_text(ledger: Ledger, record: Record) -> None:
    """Under the metadata that the secret has already."""
    ledger.commit([VERSIONS.put(version_from(record))], {})


def plant_secret(ledger: Ledger, name: str, key_id: str = "key-1") -> None:
    """What nobody of ours wrote, in every list that shows it."""
    keys = {"live": name, "master": key_id}
    version = version_id(name, 1)
    ledger.commit([_broken(STATES.kind, name, keys), _broken(VERSIONS.kind, version, keys)], {})


def plant_token(ledger: Ledger, token_id: str) -> None:
    """The same for a token."""
    ledger.commit([_broken(TOKENS.kind, token_id, {"master": "key-1"})], {})


def plant_project(ledger: Ledger, project: Project) -> None:
    """An entry of the directory."""
    ledger.commit([Put(PROJECTS.kind, project, "{}")], {})


def _broken(kind: Kind, id_: str, keys: Mapping[str, Key]) -> Put:
    return Put(kind, id_, "{}", tuple(keys.get(index) for index in kind.indexes))
