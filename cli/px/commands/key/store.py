"""Chooses the master keys that a command changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from px.keys.key_store import KeyStore
    from px.project.workspace import Workspace


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
