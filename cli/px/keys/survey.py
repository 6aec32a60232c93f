"""What each master key seals, over every project of a Worker."""

from __future__ import annotations

from collections.abc import Mapping
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
        found: dict[str, KeyUse] = {self.newest: KeyUse(self.newest, 0, 0, held=True)}
        for keys in self.projects.values():
            for use in keys.uses:
                sum_ = found.get(use.id, KeyUse(use.id, 0, 0, held=True))
                found[use.id] = KeyUse(
                    use.id,
                    sum_.secrets + use.secrets,
                    sum_.tokens + use.tokens,
                    sum_.held and use.held,
                )
        return [found[key_id] for key_id in sorted(found)]

    def document(self) -> dict[str, object]:
        keys = [
            {
                "id": use.id,
                "secrets": use.secrets,
                "tokens": use.tokens,
                "held": use.held,
                "newest": use.id == self.newest,
            }
            for use in self.uses()
        ]
        projects = [name for name in self.projects if name]
        return {"keys": keys, "pending": self.pending, "projects": projects}

    def outdated(self, key_id: str) -> dict[str, int]:
        """How many records of each project are under other keys than this one."""
        counts = {name: keys.not_under(key_id) for name, keys in self.projects.items()}
        return {name: count for name, count in counts.items() if count}


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
