"""What one caller may use, in one project, for one request."""

from __future__ import annotations

from typing import Final

from positronic.api.service import Service
from positronic.audit.events import Origin
from positronic.commands.asked_events import LedgerAuditor, LedgerLog
from positronic.commands.asked_keys import LedgerDirectory, LedgerRotation
from positronic.commands.asked_secrets import LedgerSecrets, LedgerVault
from positronic.commands.asked_tokens import LedgerIssuer
from positronic.commands.command import TokenShown
from positronic.ledger.project_rows import DIRECTORY
from positronic.names import Project
from positronic.roles import Principal, Role
from positronic.runs.run import RunResources
from positronic.secrets.sealer import Sealer

# The entry asks the directory in its own name, no matter who sent the request.
_ENTRY: Final = Principal("entry", "entry", Role.ROOT, None)


class Session:
    """Each of these sends commands by `ask`, whose answers say whether the caller may."""

    def __init__(
        self,
        service: Service,
        project: Project,
        caller: Principal | TokenShown,
        role: Role,
        origin: Origin,
    ) -> None:
        self.service = service
        self.project = project
        self.origin = origin
        self.is_root = isinstance(caller, Principal)
        self.keyring = service.keyring()
        self.ask = service.asking(project, caller, role, origin)

    def vault(self) -> LedgerVault:
        return LedgerVault(self.ask)

    def issuer(self) -> LedgerIssuer:
        return LedgerIssuer(self.ask, self.service.runtime.random)

    def rotation(self) -> LedgerRotation:
        return LedgerRotation(self.ask)

    def projects(self) -> LedgerDirectory:
        ask = self.service.asking(DIRECTORY, _ENTRY, Role.ROOT, self.origin)
        return LedgerDirectory(ask, self.service.known_projects)

    def audit_log(self) -> LedgerLog:
        return LedgerLog(self.ask)

    def auditor(self) -> LedgerAuditor:
        return LedgerAuditor(self.ask)

    def run_resources(self) -> RunResources:
        """What a run in this project works with: its own secrets, and nothing else of the host."""
        runtime = self.service.runtime
        # The run reads on after its caller's token may be gone: the entry vouches for it.
        reader = Principal("run", "run", Role.READER, self.project, kind="brain")
        ask = self.service.asking(self.project, reader, Role.READER, self.origin)
        sealer = Sealer(self.project, runtime.cipher, self.keyring, runtime.random)
        return RunResources(
            LedgerSecrets(ask, sealer),
            self.service.run_auditor,
            runtime.in_background,
            runtime.report,
            runtime.known_values,
        )
