"""What a deploy has done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from px.deploy.plan import DeployPlan


@dataclass(frozen=True, slots=True)
class Deployed:
    """The Worker's address, and what the deploy created."""

    plan: DeployPlan
    url: str
    environment: str
    key_id: str | None
    recovery_file: str | None
    checks: int
    missing: Sequence[str] = ()  # secrets that the code asks for

    def document(self) -> dict[str, object]:
        return {
            **self.plan.document(),
            "url": self.url,
            "keyId": self.key_id,
            "recoveryFile": self.recovery_file,
            "checks": self.checks,
            "server": self.url,
            "environment": self.environment,
            "missingSecrets": list(self.missing),
        }
