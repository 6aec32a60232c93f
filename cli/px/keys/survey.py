"""What each master key seals, over every project of a Worker."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from px.api.client import Client
from px.api.keys import Keys, KeyUse, KeyUses
from px.api.projects import list_projects
from px.errors import NotAllowed


@dataclass(frozen=True, slots=True)
class Survey:
    """The keys by project; `newest` and `pending` as reported by the Worker."""

    projects: Mapping[str, KeyUses]
    newest: str
    pending: bool

    def uses(self) -> list[KeyUse]:
        """Each key with the totals over all projects, by id."""
        found: dict[str, list[KeyUse]] = {self.newest: []}
        for keys in self.projects.values():
            for use in keys.uses:
                found.setdefault(use.id, []).append(use)
        return [_sum(key_id, found[key_id]) for key_id in sorted(found)]

    def at_provider(self) -> int | None:
        """How many values a provider keeps; None: the Worker keeps them all."""
        found = [keys.at_provider for keys in self.projects.values()]
        return sum(one or 0 for one in found) if any(one is not None for one in found) else None

    def document(self) -> dict[str, object]:
        keys = [
            {
                "id": use.id,
                "secrets": use.secrets,
                "tokens": use.tokens,
                "auditKeys": use.audit_keys,
                "copies": use.copies,
                "held": use.held,
                "newest": use.id == self.newest,
            }
            for use in self.uses()
        ]
        projects = [name for name in self.projects if name]
        found: dict[str, object] = {"keys": keys, "pending": self.pending, "projects": projects}
        at_provider = self.at_provider()
        return found if at_provider is None else found | {"atProvider": at_provider}

    def outdated(self, key_id: str) -> int:
        """How many records are under other keys than this one."""
        return sum(use.records for use in self.uses() if use.id != key_id)


def _sum(key_id: str, uses: Sequence[KeyUse]) -> KeyUse:
    return KeyUse(
        key_id,
        sum(use.secrets for use in uses),
        sum(use.tokens for use in uses),
        sum(use.audit_keys for use in uses),
        sum(use.copies for use in uses),
        all(use.held for use in uses),
    )


def survey(client: Client) -> Survey:
    """All projects. Raises NotAllowed unless it is the root token."""
    projects = {}
    for name in list_projects(client):
        with client.in_project(name) as there:
            projects[name] = Keys(there).uses()
    keys = Keys(client).uses()
    return Survey(projects, keys.newest, keys.pending)


def survey_what_is_open(client: Client) -> Survey:
    """All projects, or the requested one, or the token's own."""
    chosen = client.target.project
    if chosen is None:
        try:
            return survey(client)
        except NotAllowed as error:
            if error.code != "forbidden":
                raise
    keys = Keys(client).uses()
    return Survey({chosen or "": keys}, keys.newest, keys.pending)
