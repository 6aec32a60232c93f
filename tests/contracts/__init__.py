"""One suite of promises per port. The same checks run on CPython and inside the real Worker."""

from __future__ import annotations

from contracts import (
    adoption,
    alarms,
    audit_commands,
    backups,
    cipher,
    commands,
    copies,
    directory,
    every_change,
    full_ledger,
    grants,
    kv_faults,
    ledger,
    namespace,
    policies,
    records,
    repairs,
    rotation_commands,
    run_states,
    sealer,
    secret_commands,
    token_commands,
    unreadable,
    uses,
    values,
    version_commands,
)

# For a cipher and a KV namespace, and for ledgers and what is done to them.
KV_SUITES = (
    cipher.SUITE,
    sealer.SUITE,
    namespace.SUITE,
    records.SUITE,
    unreadable.SUITE,
    kv_faults.SUITE,
)
LEDGER_SUITES = (
    ledger.SUITE,
    commands.SUITE,
    secret_commands.SUITE,
    version_commands.SUITE,
    policies.SUITE,
    uses.SUITE,
    run_states.SUITE,
    grants.SUITE,
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
    backups.SUITE,
)
