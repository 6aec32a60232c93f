"""`/secrets/NAME/versions` and second thoughts: an earlier value comes back, or goes for good."""

from __future__ import annotations

from typing import Final

from positronic.api import models, version_models
from positronic.api.body import read_rollback
from positronic.api.routing import Call, Executor, Route, create, delete
from positronic.errors import NotFound
from positronic.names import parse_name
from positronic.roles import Role


async def _history(call: Call) -> version_models.VersionsOut:
    """Newest first; never a value. Also of a deleted secret, while it is kept."""
    history = await call.session.versions().history(parse_name(call.segment))
    return version_models.versions_out(history)


async def _rollback(sent: version_models.RollbackIn, call: Call) -> models.SecretOut:
    """The value of an earlier version becomes a new version. 409 when it was destroyed."""
    expected = call.if_version(sent.if_version)
    name = parse_name(call.segment)
    return models.secret_out(await call.session.versions().rollback(name, sent.to, expected))


async def _restore(call: Call) -> models.SecretOut:
    """As a new version, with its policy. 409 when it is not deleted, or was destroyed."""
    return models.secret_out(await call.session.versions().restore(parse_name(call.segment)))


async def _destroy(call: Call) -> None:
    """For good; its line stays in the history. 409 when it is the current one."""
    number = call.last_segment
    if not (number.isascii() and number.isdigit() and 0 < len(number) < 16 and int(number)):
        raise NotFound("a version is a number, such as 3")
    await call.session.versions().destroy(parse_name(call.segment), int(number))


_ROLLBACK: Final = create(
    *("/secrets/{name}/rollback", Role.WRITER, _rollback, "Make an earlier value current again."),
    *(read_rollback, (404, 409, 412, 507)),
    is_conditional=True,
)

ROUTES: Final = (
    Route(
        *("GET", "/secrets/{name}/versions", Role.READER, _history, "List a secret's versions."),
        errors=(404,),
    ),
    _ROLLBACK,
    Route(
        *("POST", "/secrets/{name}/restore", Role.WRITER, _restore, "Restore a deleted secret."),
        *(201, (404, 409, 507)),
        executor=Executor.LEDGER,
        is_repeatable=True,
    ),
    delete(
        *("/secrets/{name}/versions/{version}", Role.ADMIN, _destroy, "Destroy a version."),
        errors=(404, 409),
    ),
)
