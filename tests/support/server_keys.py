"""A TestDevServer's master keys as a KeyStore: a small working peer of Cloudflare's secrets."""

from __future__ import annotations

from collections.abc import Callable

from px.keys.deployed_keys import begun_elsewhere
from px.project.master_key import MasterKey
from px.testing.dev_server import TestDevServer


class ServerKeys:
    """Keys that take effect at once. `before` and `after` are called around each change."""

    def __init__(self, server: TestDevServer) -> None:
        self.server = server
        self.before: Callable[[str], None] = lambda change: None
        self.after: Callable[[str], None] = lambda change: None

    def check_rotation(self, newest: str, *, resuming: bool) -> None:
        if self.server.service.settings.next_master_key and not resuming:
            raise begun_elsewhere()

    def put_in_front(self, key: MasterKey) -> None:
        self.before("put")
        self.server.configure(next_master_key=key.entry)
        self.after("put")

    def keep_only(self, key: MasterKey) -> None:
        self.before("keep")
        self.server.configure(next_master_key="", master_keys=key.entry)
        self.after("keep")

    def check_recovery(self, *, replace: bool) -> None:
        return

    def bring_back(self, key: MasterKey) -> str:
        keys = self.server.service.settings.master_keys
        self.server.configure(master_keys=f"{keys},{key.entry}")
        return "back"
