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
    every_change,
    full_ledger,
    kv_audit_faults,
    kv_faults,
    kv_state,
    kv_tokens,
    ledger,
    namespace,
    projects,
    records,
    repairs,
    rotation_commands,
    secrets_store,
    storage,
    token_store,
    unreadable,
)

# For any implementation, for those on a KV namespace, and for ledgers and what is done to them.
PORT_SUITES = (
    cipher.SUITE,
    records.SUITE,
    secrets_store.SUITE,
    audit_log.SUITE,
    token_store.SUITE,
    projects.SUITE,
    storage.SUITE,
    unreadable.SUITE,
)
KV_SUITES = (
    namespace.SUITE,
    kv_faults.SUITE,
    kv_audit_faults.SUITE,
    kv_state.SUITE,
    kv_tokens.SUITE,
)
LEDGER_SUITES = (
    ledger.SUITE,
    commands.SUITE,
    audit_commands.SUITE,
    rotation_commands.SUITE,
    every_change.SUITE,
    full_ledger.SUITE,
    copies.SUITE,
    repairs.SUITE,
    alarms.SUITE,
    adoption.SUITE,
)
