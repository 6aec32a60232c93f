"""The JSON shapes of an export and an import."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from positronic.api.models import DetailOut, Model, details_out
from positronic.commands.asked_backup import ExportStep, ImportCheck
from positronic.http.text_formats import Time
from positronic.names import MAX_BODY

ShortText = Annotated[str, Field(max_length=10_000)]


class ExportIn(Model):
    """`cursor`: of the step before; none begins an export."""

    cursor: ShortText | None = None


class ExportOut(Model):
    """`text` is to be appended to the file; `failed`: what does not open, and is left out."""

    text: str
    cursor: str | None = None
    failed: list[DetailOut] | None = None


class ExportedOut(Model):
    """`exportedAt`: when the last complete export was begun."""

    exported_at: Time | None = None


class PageIn(Model):
    """The header of an export, which is its first line, and a page: the lines up to its MAC."""

    header: ShortText
    page: Annotated[str, Field(max_length=MAX_BODY)]
    ticket: ShortText | None = None


class CheckOut(Model):
    """Counts of all pages so far. `unverified`: events that are not as they were signed."""

    ticket: str
    secrets: int
    versions: int
    tokens: int
    grants: int
    events: int
    unverified: int


class ImportIn(PageIn):
    """`ticket`: of the check of the last page."""

    ticket: ShortText


class ImportOut(Model):
    """`next`: the number of the page that is to be sent next; after the last one, any."""

    state: Literal["importing", "imported"]
    next: int


def export_out(step: ExportStep) -> ExportOut:
    return ExportOut(text=step.text, cursor=step.cursor, failed=details_out(step.failed) or None)


def check_out(found: ImportCheck) -> CheckOut:
    return CheckOut(
        ticket=found.ticket,
        secrets=found.secrets,
        versions=found.versions,
        tokens=found.tokens,
        grants=found.grants,
        events=found.events,
        unverified=found.unverified,
    )
