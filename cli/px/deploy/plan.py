"""What was asked of a deploy, and what it will create, by what exists at Cloudflare and here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from px.cloudflare.worker import Remote
from px.errors import Refused
from px.project.manifest import Manifest

KEYS: Final = "MASTER_KEYS"
ROOT: Final = "ROOT_TOKEN_SHA256"
OURS: Final = frozenset({KEYS, ROOT})


@dataclass(frozen=True, slots=True)
class Options:
    """`recovery_file` None: px's own place; `wants_recovery` False: no file."""

    url: str | None = None
    recovery_file: Path | None = None
    wants_recovery: bool = True
    new_token: bool = False
    adopt: bool = False
    wait: float = 180.0
    checks: bool = True
    allow_missing: bool = False


@dataclass(frozen=True, slots=True)
class DeployPlan:
    """`namespaces`: those of an earlier deploy, to be reused (binding to id).

    `is_first_token`: the Worker has no root token, so any token here is not its own. `present`: the
    names of its secrets. `more`: secrets to put up besides keys and tokens.
    """

    worker: str
    is_new: bool
    makes_key: bool
    makes_token: bool
    namespaces: Mapping[str, str]
    is_first_token: bool = False
    present: frozenset[str] = frozenset()
    more: Mapping[str, str] = field(default_factory=dict, repr=False)

    def lines(self) -> list[str]:
        """The steps for the user, in order."""
        found = [f"{'create' if self.is_new else 'update'} the Worker {self.worker}"]
        found.append("create a master key" if self.makes_key else "keep the master keys")
        token = "create a root token" if self.makes_token else "keep the root token"
        found += [token, *(f"set {name}" for name in self.more)]
        return [*found, *(f"use the KV namespace {id_}" for id_ in self.namespaces.values())]

    def document(self) -> dict[str, object]:
        return {
            "worker": self.worker,
            "created": self.is_new,
            "masterKeyMade": self.makes_key,
            "rootTokenMade": self.makes_token,
        }


def make_plan(
    manifest: Manifest, remote: Remote, *, adopt: bool, new_token: bool, known_key: bool
) -> DeployPlan:
    """Only reads at Cloudflare. `known_key`: a recovery file holds the key to use.

    Raises Refused for somebody else's Worker, and for records whose key would be lost.
    """
    names = remote.secrets()
    if names is not None and not names & OURS and not adopt:
        raise _name_taken(manifest.worker)
    found = names or frozenset()
    makes_key = KEYS not in found
    # A Worker that has both secrets was uploaded with its namespaces and keeps them.
    left = {} if found >= OURS else remote.left_namespaces()
    if makes_key and not known_key:
        _check_empty(manifest, remote, left)
    first = ROOT not in found
    makes_token = new_token or first
    return DeployPlan(
        manifest.worker, names is None, makes_key, makes_token, left, first, present=found
    )


def _check_empty(manifest: Manifest, remote: Remote, left: Mapping[str, str]) -> None:
    ids = {binding: id_ for binding, id_ in manifest.namespaces.items() if id_} | dict(left)
    for binding, id_ in ids.items():
        if not remote.is_empty(id_):
            raise Refused(
                f"the KV namespace of {binding} holds records of an earlier Worker, which a new "
                "master key cannot open; nothing was changed",
                code="records_without_key",
                hint="restore their key with `px key recover FILE`; or delete the namespace: "
                f"wrangler kv namespace delete --namespace-id {id_}",
            )


def _name_taken(worker: str) -> Refused:
    return Refused(
        f"the account has a Worker {worker} that px did not create; nothing was changed",
        code="name_taken",
        hint="choose another name in wrangler.toml; or replace that Worker with --adopt",
    )
