"""Chooses the master keys that a command changes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from px.keys.key_store import KeyStore
    from px.project.workspace import Workspace
    from px.serve.host_keys import HostKeys
    from px.settings import Target


@dataclass(frozen=True, slots=True)
class RotatedKeys:
    """What a rotation changes. `folder`: where px notes how far it is.

    `name`: what recovery files call the server; `recovery`: where its own is; `older`: what an old
    key is still good for.
    """

    store: KeyStore
    folder: Workspace
    are_local: bool
    name: Callable[[], str]
    recovery: Callable[[], Path]
    older: str = "older copies of KV"


def keys_of_project(target: Target) -> RotatedKeys:
    """Of the Worker in the project around the current folder. Raises PxError."""
    from px.keys.recovery_file import default_path
    from px.project.manifest import read_manifest
    from px.project.workspace import find_project

    project = find_project()
    are_local = _is_local(target, project)

    def worker() -> str:
        return read_manifest(project.config, project.environment).worker

    store = key_store(project, local=are_local)
    return RotatedKeys(store, project, are_local, worker, lambda: default_path(project, worker()))


def keys_of_host(data: Path) -> RotatedKeys:
    """Of a `px serve`, by its data folder. Raises PxError."""
    from px.project.workspace import Workspace
    from px.serve.data_folder import RECOVERY

    keys = host_keys(data)
    keys.check()
    return RotatedKeys(
        keys,
        Workspace(data),
        are_local=False,
        name=lambda: keys.name() or "host",
        recovery=lambda: data / RECOVERY,
        older="older copies of the ledgers",
    )


def host_keys(data: Path) -> HostKeys:
    from px.serve.data_folder import DataFolder
    from px.serve.host_keys import HostKeys

    return HostKeys(DataFolder(data))


def key_store(project: Workspace, *, local: bool) -> KeyStore:
    """The local Worker's keys, or the deployed one's with its credentials. Raises PxError."""
    if local:
        from px.keys.local_keys import LocalKeys

        return LocalKeys(project)
    import os
    from pathlib import Path

    from px.cloudflare.wrangler import Wrangler, credentials
    from px.deploy.outside import pair_outside
    from px.keys.deployed_keys import DeployedKeys
    from px.project.env_deploy import DeployFile
    from px.project.manifest import read_manifest

    # Else the keys of one environment would be set while another one's records are re-sealed.
    pair_outside(os.environ, read_manifest(project.config, project.environment).worker)
    found = credentials(os.environ, DeployFile(Path.cwd(), project).read())
    return DeployedKeys(Wrangler(project, found))


def _is_local(target: Target, project: Workspace) -> bool:
    """Whether the address is that of `px dev` here, wherever px got it from."""
    from px.http.address import parse_address
    from px.project.local_state import read_local

    known = read_local(project.local_json)
    return known is not None and parse_address(known.url) == target.address
