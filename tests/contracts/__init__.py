"""One suite of promises per port. The same checks run on CPython and inside the real Worker."""

from __future__ import annotations

from contracts import (
    adoption,
    alarms,
    audit_commands,
    audit_log,
    cipher,
    commands,
    copies,
    directory,
    every_change,
    full_ledger,
    kv_faults,
    kv_tokens,
    ledger,
    namespace,
    projects,
    records,
    repairs,
    rotation_commands,
    sealer,
    token_commands,
    token_store,
    unreadable,
    values,
)

# For a cipher and a KV namespace, and for ledgers and what is done to them.
KV_SUITES = (
    cipher.SUITE,
    sealer.SUITE,
    namespace.SUITE,
    records.SUITE,
    audit_log.SUITE,
    token_store.SUITE,
    projects.SUITE,
    unreadable.SUITE,
    kv_faults.SUITE,
    kv_tokens.SUITE,
)
LEDGER_SUITES = (
    ledger.SUITE,
    commands.SUITE,
    values.SUITE,
    audit_commands.SUITE,
    token_commands.SUITE,
    rotation_commands.SUITE,
    every_change.SUITE,
    full_ledger.SUITE,
    directory.SUITE,
    copies.SUITE,
    repairs.SUITE,
    alarms.SUITE,
    adoption.SUITE,
)
