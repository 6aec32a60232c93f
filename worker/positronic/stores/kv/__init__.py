"""A whole backend in one Workers KV namespace."""

from __future__ import annotations

from positronic.names import Project
from positronic.stores.kv.audit_log import KvAudit
from positronic.stores.kv.folder import Namespace
from positronic.stores.kv.projects import KvProjects
from positronic.stores.kv.records import KvRecords
from positronic.stores.kv.tokens import KvTokens

__all__ = ["KvAudit", "KvProjects", "KvRecords", "KvStorage", "KvTokens", "Namespace"]


class KvStorage:
    """One namespace, many projects."""

    def __init__(self, namespace: Namespace) -> None:
        self._namespace = namespace

    def records(self, project: Project) -> KvRecords:
        return KvRecords(self._namespace, project)

    def audit_log(self, project: Project, retention: int) -> KvAudit:
        return KvAudit(self._namespace, project, retention)

    def tokens(self, project: Project) -> KvTokens:
        return KvTokens(self._namespace, project)

    def projects(self) -> KvProjects:
        return KvProjects(self._namespace)
