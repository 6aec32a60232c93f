"""The Worker's configuration, as its bindings have it."""

from __future__ import annotations

import os
from typing import Any

from positronic.api.service import Settings, keyring_of
from positronic.ciphers.webcrypto import WebCryptoCipher
from positronic.names import Project
from positronic.ports import Values
from positronic.secrets.sealer import Sealer


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
        reminder_url=getattr(env, "REMINDER_URL", ""),
        reminder_secret=getattr(env, "REMINDER_SECRET", ""),
        reminder_days=str(getattr(env, "REMINDER_DAYS", "14")),
    )


def values_of(settings: Settings, project: Project) -> Values:
    """Sealed in the ledger. Raises NotConfigured."""
    return Sealer(project, WebCryptoCipher(), keyring_of(settings), os.urandom)
