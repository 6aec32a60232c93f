"""What is in a Workers KV namespace."""

from __future__ import annotations

from positronic.stores.kv.audit_log import KvAudit
from positronic.stores.kv.folder import Namespace
from positronic.stores.kv.projects import KvProjects
from positronic.stores.kv.records import KvRecords
from positronic.stores.kv.tokens import KvTokens

__all__ = ["KvAudit", "KvProjects", "KvRecords", "KvTokens", "Namespace"]
