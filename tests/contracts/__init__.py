"""One suite of promises per port. The same checks run on CPython and inside the real Worker."""

from __future__ import annotations

from contracts import (
    audit_log,
    cipher,
    kv_audit_faults,
    kv_faults,
    kv_state,
    kv_tokens,
    namespace,
    projects,
    records,
    secrets_store,
    storage,
    token_store,
    unreadable,
)

# For any implementation, and for those on a KV namespace.
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
