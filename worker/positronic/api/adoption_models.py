"""The JSON shapes of an adoption and a repair."""

from __future__ import annotations

from typing import Literal

from positronic.api.models import DetailOut, Model, details_out
from positronic.commands.asked_adoption import AdoptionStep


class AdoptionOut(Model):
    """Counts of all steps. `unverified`: events whose signatures do not hold; `failed`: what was
    not brought, the first 200 of `failedCount`; `afterLoss`: no token and no event was believed.
    """

    state: Literal["adopting", "adopted"]
    secrets: int
    tokens: int
    events: int
    unverified: int
    remaining: int
    failed: list[DetailOut] | None = None
    failed_count: int
    after_loss: bool


class RepairOut(Model):
    due: int
    cursor: str | None = None


def adoption_out(step: AdoptionStep) -> AdoptionOut:
    return AdoptionOut(
        state="adopted" if step.is_over else "adopting",
        secrets=step.secrets,
        tokens=step.tokens,
        events=step.events,
        unverified=step.unverified,
        remaining=step.remaining,
        failed=details_out(step.failed) or None,
        failed_count=step.failed_count,
        after_loss=step.after_loss,
    )
