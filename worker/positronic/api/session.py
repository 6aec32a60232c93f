"""What one caller may use, in one project, for one request."""

from __future__ import annotations

from positronic.api.service import Service, ledger_location_of
from positronic.audit.events import Origin
from positronic.commands.asked_adoption import LedgerAdoption
from positronic.commands.asked_backup import LedgerBackup
from positronic.commands.asked_copies import LedgerCopies
from positronic.commands.asked_events import LedgerAuditor, LedgerLog
from positronic.commands.asked_grants import LedgerGrants
from positronic.commands.asked_keys import LedgerDirectory, LedgerRotation
from positronic.commands.asked_policies import LedgerPolicies
from positronic.commands.asked_runs import LedgerRuns, Watching
from positronic.commands.asked_secrets import LedgerSecrets, LedgerVault
from positronic.commands.asked_targets import LedgerTargets
from positronic.commands.asked_tokens import LedgerIssuer
from positronic.commands.asked_uses import LedgerUses
from positronic.commands.asked_versions import LedgerVersions
from positronic.commands.asking import Asking
from positronic.commands.command import TokenShown
from positronic.ledger.project_rows import DIRECTORY
from positronic.names import Project
from positronic.roles import ENTRY, Principal, Role
from positronic.runs.record import RunRecord
from positronic.runs.run import RunResources


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

    def policies(self) -> LedgerPolicies:
        return LedgerPolicies(self.ask)

    def uses(self) -> LedgerUses:
        return LedgerUses(self.ask)

    def versions(self) -> LedgerVersions:
        return LedgerVersions(self.ask)

    def issuer(self) -> LedgerIssuer:
        return LedgerIssuer(self.ask, self.service.runtime.random)

    def grants(self) -> LedgerGrants:
        return LedgerGrants(self.ask)

    def targets(self) -> LedgerTargets:
        return LedgerTargets(self.ask)

    def rotation(self) -> LedgerRotation:
        return LedgerRotation(self.ask)

    def directory_rotation(self) -> LedgerRotation:
        return LedgerRotation(self._ask_directory())

    def projects(self) -> LedgerDirectory:
        location = ledger_location_of(self.service.settings)
        return LedgerDirectory(
            *(self._ask_directory(), self.service.known_projects),
            *(location.hint, location.jurisdiction),
        )

    def _ask_directory(self) -> Asking:
        return self.service.asking(DIRECTORY, ENTRY, ENTRY.role, self.origin)

    async def enter(self) -> None:
        """The directory has the project before its first commit, so that no ledger is lost sight
        of, and not before what KV had was adopted. A token's project is there. Raises Adopting.
        """
        if self.project not in self.service.known_projects:
            await self.ask.check()
            await self.projects().add(self.project)
        self.service.unknown_projects.discard(self.project)

    def adoption(self) -> LedgerAdoption:
        return LedgerAdoption(self.ask, self.projects())

    def backup(self) -> LedgerBackup:
        return LedgerBackup(self.ask, self.projects())

    def copies(self) -> LedgerCopies | None:
        """None: this host has none."""
        copies = self.service.runtime.copies
        return LedgerCopies(self.ask, copies(self.project)) if copies else None

    def audit_log(self) -> LedgerLog:
        return LedgerLog(self.ask)

    def auditor(self) -> LedgerAuditor:
        return LedgerAuditor(self.ask)

    def runs(self) -> LedgerRuns:
        return LedgerRuns(self.ask)

    def watching(self) -> Watching:
        return Watching(self.ask, self.service.runtime.clock, self.service.runtime.random)

    def run_resources(self, record: RunRecord) -> RunResources:
        """What this run works with: the secrets of its project, and nothing else of the host."""
        service, runtime = self.service, self.service.runtime
        # The run reads on after its caller's token may be gone: the entry vouches for it.
        ask, fallback = service.run_asking(record), service.fallback(record.project)
        return RunResources(
            LedgerSecrets(ask, runtime.values(record.project), fallback),
            self.service.run_recorder,
            runtime.in_background,
            runtime.report,
            runtime.known_values,
        )
