"""`/secrets`: names and dates, and changes; never a value."""

from __future__ import annotations

from typing import Annotated, Final

from positronic.api import models, use_models
from positronic.api.body import read_bulk, read_secret
from positronic.api.routing import PAGING, Call, Query, Route, create, delete
from positronic.errors import InvalidName, InvalidRequest, NotFound, ReservedName
from positronic.names import parse_name
from positronic.roles import Role
from positronic.rows import MAX_NUMBER

MIN_UNUSED: Final = 60  # seconds
MAX_UNUSED: Final = 5 * 366 * 24 * 3600


async def _put(sent: models.SecretIn, call: Call) -> models.SecretOut:
    """An update keeps `createdAt`. `ifVersion`: only if that is the current version."""
    expected = call.if_version(sent.if_version)
    return models.secret_out(await call.session.vault().create(sent.name, sent.value, expected))


async def _list(call: Call) -> Annotated[bytes, models.SecretsOut]:
    """By name, or by `keptUntil`; never a value. With a filter, a page can be short."""
    if call.flag("deleted"):
        if "unusedFor" in call.query:
            raise InvalidRequest("`deleted` and `unusedFor` cannot be used together")
        found = await call.session.versions().deleted(*call.page())
    elif "unusedFor" in call.query:
        seconds = call.number("unusedFor", MAX_UNUSED, MIN_UNUSED)
        found = await call.session.vault().unused(seconds, *call.page())
    else:
        found = await call.session.vault().list(*call.page())
    return found.encode()


async def _uses(call: Call) -> use_models.UsesOut:
    """The newest version first; kept for 90 days, also after the secret is deleted."""
    name = parse_name(call.segment)
    version = call.number("version", MAX_NUMBER) if "version" in call.query else None
    return use_models.uses_out(await call.session.uses().list(name, version, *call.page()))


async def _exists(call: Call) -> models.ExistsOut:
    """`opens` is missing where values may not be read back. What does not open is an error."""
    found = await call.session.vault().exists(parse_name(call.segment))
    return models.ExistsOut(exists=found is not False, opens=True if found else None)


async def _delete(call: Call) -> None:
    """It can be restored. `destroy`: no text is kept; for admins. `ifVersion`: only this one."""
    await _remove(call, call.segment)


async def _delete_listed(call: Call) -> None:
    """For a name that no path can carry, such as `..`."""
    try:
        await _remove(call, call.required("name"))
    except (InvalidName, ReservedName):
        raise NotFound("there is no secret with this name") from None


async def _remove(call: Call, text: str) -> None:
    sent = call.number("ifVersion", MAX_NUMBER) if "ifVersion" in call.query else None
    expected = call.if_version(sent)
    if call.flag("destroy"):
        call.session.ask.require(Role.ADMIN)
        await call.session.vault().destroy(text, expected)
    else:
        await call.session.vault().delete(text, expected)


async def _bulk(sent: models.BulkIn, call: Call) -> models.BulkOut:
    """At most 500: all are written, or none. `ifVersion` as for one secret."""
    entries = [(secret.name, secret.value, secret.if_version) for secret in sent.secrets]
    result = await call.session.vault().bulk(entries)
    return models.BulkOut(created=result.created, updated=result.updated)


_NAME: Final = Query("name", {"type": "string", "description": "Any listed name."}, required=True)

_UNUSED: Final = Query(
    "unusedFor",
    {
        "type": "integer",
        "minimum": MIN_UNUSED,
        "maximum": MAX_UNUSED,
        "description": "Only what nobody read for this number of seconds.",
    },
)
_VERSION: Final = Query("version", {"type": "integer", "minimum": 1, "maximum": MAX_NUMBER})

_DELETED: Final = Query(
    "deleted",
    {"type": "boolean", "description": "Only what is deleted and can be restored."},
)
_DESTROY: Final = Query(
    "destroy", {"type": "boolean", "description": "For good, with all versions; for admins."}
)
_IF_VERSION: Final = Query("ifVersion", _VERSION.schema)
_REMOVING: Final = (_DESTROY, _IF_VERSION)

_CHANGED: Final = (412, 507)  # another version is current; there is no room

ROUTES: Final = (
    Route(
        "GET",
        "/secrets",
        Role.READER,
        _list,
        "List names and dates.",
        query=(*PAGING, _UNUSED, _DELETED),
    ),
    create(
        *("/secrets", Role.WRITER, _put, "Create or update a secret.", read_secret, _CHANGED),
        is_conditional=True,
    ),
    delete(
        *("/secrets", Role.WRITER, _delete_listed, "Delete a listed entry.", (_NAME, *_REMOVING)),
        errors=(404, 412),
        is_conditional=True,
    ),
    create(
        "/secrets/bulk", Role.WRITER, _bulk, "Create or update many secrets.", read_bulk, _CHANGED
    ),
    delete(
        *("/secrets/bulk", Role.WRITER, _delete, "Delete the secret named `bulk`.", _REMOVING),
        errors=(404, 412),
        is_conditional=True,
    ),
    delete(
        *("/secrets/{name}", Role.WRITER, _delete, "Delete a secret.", _REMOVING),
        errors=(404, 412),
        is_conditional=True,
    ),
    Route(
        *("GET", "/secrets/{name}/exists", Role.DEPLOYER, _exists, "Whether a secret exists."),
        errors=(409,),
    ),
    Route(
        *("GET", "/secrets/{name}/uses", Role.READER, _uses, "Who read a secret, and when."),
        errors=(404,),
        query=(*PAGING, _VERSION),
    ),
)
