"""The Worker's configuration, as its bindings have it."""

from __future__ import annotations

import json
import os
from functools import cache, lru_cache
from typing import Any, Final

from positronic.api.service import Settings, keyring_of, target_configs
from positronic.ciphers.workers import WorkersCipher
from positronic.cloudflare.crossings import crossings
from positronic.cloudflare.isolate import now
from positronic.cloudflare.js_http import sender
from positronic.names import Project
from positronic.ports import Values
from positronic.providers.exchange import LONGEST_ANSWER
from positronic.providers.making import makes
from positronic.secrets.sealer import Sealer
from positronic.targets.configured import Targets, opened

_ADAPTERS: Final = makes(sender(LONGEST_ANSWER), now)
_UNSET: Final = {"master_keys": "", "root_token_sha256": "", "project": "default"}
_VARIABLES: Final = (
    *("MASTER_KEYS", "MASTER_KEYS_NEXT", "ROOT_TOKEN_SHA256", "PROJECT", "LOCAL_ORIGIN"),
    *("AUDIT_RETENTION_DAYS", "RUN_RETENTION_DAYS", "FALLBACK"),
    *("RUN_TIME_LIMIT", "RUNS_PER_TOKEN", "RUNS_PER_PROJECT", "WATCHES_PER_TOKEN"),
    *("LEDGER_LOCATION", "LEDGER_JURISDICTION"),
    *("REMINDER_URL", "REMINDER_SECRET", "REMINDER_DAYS"),
)


def settings_of(env: Any) -> Settings:
    """What is not set is empty, or its default; checked when it is first needed."""
    return parse(reader()(env))


@cache
def reader() -> Any:
    """A JavaScript function of `env`: the text for `parse`. Inside a request, as all JavaScript."""
    return crossings().reader(*_VARIABLES)


@lru_cache(maxsize=1)
def parse(text: str) -> Settings:
    """The same object as long as the variables stay the same."""
    found = {name.lower(): str(one) for name, one in json.loads(text).items() if one is not None}
    next_master_key = found.pop("master_keys_next", "")
    return Settings(**{**_UNSET, **found, "next_master_key": next_master_key})


def values_of(settings: Settings, project: Project) -> Values:
    """Sealed in the ledger. Raises NotConfigured."""
    return Sealer(project, WorkersCipher(), keyring_of(settings), os.urandom)


def targets_of(settings: Settings, project: Project) -> Targets:
    """Those of the configuration that this project may switch on. Raises NotConfigured."""
    return opened(target_configs(settings), project, _ADAPTERS)
