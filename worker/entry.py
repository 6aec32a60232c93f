"""What wrangler.toml names: the classes of the Worker."""

from __future__ import annotations

from positronic.cloudflare.brain_run import BrainRun
from positronic.cloudflare.entrypoint import Default
from positronic.cloudflare.project_ledger import ProjectLedger
from positronic.cloudflare.secrets_binding import Secrets

__all__ = ["BrainRun", "Default", "ProjectLedger", "Secrets"]
