"""`/project/export` and `/project/import`: a project's ledger as a file, and back."""

from __future__ import annotations

from typing import Final

from positronic.api import backup_models
from positronic.api.body import read_export, read_import, read_page
from positronic.api.routing import Call, Route
from positronic.roles import Role
from positronic.times import iso


async def _export(asked: backup_models.ExportIn, call: Call) -> backup_models.ExportOut:
    """Sealed rows and events; 409 if the project is changed meanwhile: begin again."""
    return backup_models.export_out(await call.session.backup().step(asked.cursor))


async def _exported(call: Call) -> backup_models.ExportedOut:
    """An export that was not finished does not count."""
    at = await call.session.backup().exported_at()
    return backup_models.ExportedOut(exported_at=None if at is None else iso(at))


async def _check(asked: backup_models.PageIn, call: Call) -> backup_models.CheckOut:
    """Each page in its order; nothing is written."""
    found = await call.session.backup().check(asked.header, asked.page, asked.ticket)
    return backup_models.check_out(found)


async def _import(asked: backup_models.ImportIn, call: Call) -> backup_models.ImportOut:
    """Only into an empty ledger; repeat until `imported`."""
    session = call.session
    is_over, following = await session.backup().bring(asked.header, asked.page, asked.ticket)
    session.service.unknown_projects.discard(session.project)  # its tokens are there from now on
    return backup_models.ImportOut(state="imported" if is_over else "importing", next=following)


ROUTES: Final = (
    Route("GET", "/project/export", Role.READER, _exported, "When it was last exported."),
    Route(
        *("POST", "/project/export", Role.ADMIN, _export, "Export a project, page by page."),
        *(200, (404, 409)),
        read=read_export,
    ),
    Route(
        *("POST", "/project/import/check", Role.ROOT, _check, "Check a page of an export."),
        *(200, (409,)),
        read=read_page,
    ),
    Route(
        *("POST", "/project/import", Role.ROOT, _import, "Import a page of a checked export."),
        *(200, (409,)),
        read=read_import,
    ),
)
