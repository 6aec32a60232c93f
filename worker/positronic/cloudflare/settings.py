"""The Worker's configuration, as its bindings have it."""

from __future__ import annotations

from typing import Any

from positronic.api.ledger_location import LedgerLocation, ledger_location
from positronic.api.service import Settings, audit_retention
from positronic.sealing.keyring import Keyring


def settings_of(env: Any) -> Settings:
    """What is not set is empty, or its default; checked when it is first needed."""
    return Settings(
        master_keys=getattr(env, "MASTER_KEYS", ""),
        root_token_sha256=getattr(env, "ROOT_TOKEN_SHA256", ""),
        project=getattr(env, "PROJECT", "default"),
        next_master_key=getattr(env, "MASTER_KEYS_NEXT", ""),
        audit_retention_days=str(getattr(env, "AUDIT_RETENTION_DAYS", "400")),
        run_retention_days=str(getattr(env, "RUN_RETENTION_DAYS", "30")),
        fallback=getattr(env, "FALLBACK", "on"),
        ledger_location=getattr(env, "LEDGER_LOCATION", ""),
        ledger_jurisdiction=getattr(env, "LEDGER_JURISDICTION", ""),
        local_origin=getattr(env, "LOCAL_ORIGIN", ""),
    )


def keyring_of(env: Any) -> Keyring:
    """Raises NotConfigured."""
    settings = settings_of(env)
    return Keyring(settings.master_keys, settings.next_master_key)


def ledger_location_of(env: Any) -> LedgerLocation:
    """Where ledgers are made and found. Raises NotConfigured."""
    settings = settings_of(env)
    return ledger_location(settings.ledger_location, settings.ledger_jurisdiction)


def audit_retention_of(env: Any) -> int:
    """Seconds that an event is kept at least. Raises NotConfigured."""
    return audit_retention(settings_of(env))
