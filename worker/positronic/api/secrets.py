"""`/secrets`: names and dates, and changes; never a value."""

from __future__ import annotations

from typing import Annotated, Final

from positronic.api import encoded_lists, models, use_models
from positronic.api.body import read_bulk, read_secret
from positronic.api.routing import PAGING, Call, Query, Route, create, delete
from positronic.errors import InvalidName, NotFound, ReservedName
from positronic.names import parse_name
from positronic.roles import Role
from positronic.rows import MAX_NUMBER
from positronic.times import iso

MIN_UNUSED: Final = 60  # seconds
MAX_UNUSED: Final = 5 * 366 * 24 * 3600


async def _put(sent: models.SecretIn, call: Call) -> models.SecretOut:
    """An update keeps `createdAt`."""
    return models.secret_out(await call.session.vault().create(sent.name, sent.value))


async def _list(call: Call) -> Annotated[bytes, models.SecretsOut]:
    """Sorted by name; never a value. With `unusedFor`, a page may be short, and not the last."""
    if "unusedFor" not in call.query:
        return encoded_lists.secrets_json(await call.session.vault().list(*call.page()))
    seconds = call.number("unusedFor", MAX_UNUSED, MIN_UNUSED)
    page = await call.session.vault().unused(seconds, *call.page())
    since, started = page.since, call.session.service.runtime.clock() - seconds * 1000
    counted = {} if since is None else {"countedSince": iso(since)}
    complete = since is not None and since <= started
    return encoded_lists.secrets_json(page, **counted, complete=complete)


async def _uses(call: Call) -> use_models.UsesOut:
    """The newest version first; kept for 90 days, also after the secret is deleted."""
    name = parse_name(call.segment)
    version = call.number("version", MAX_NUMBER) if "version" in call.query else None
    return use_models.uses_out(await call.session.uses().list(name, version, *call.page()))


async def _exists(call: Call) -> models.ExistsOut:
    """True means that it can be opened too."""
    return models.ExistsOut(exists=await call.session.vault().exists(parse_name(call.segment)))


async def _delete(call: Call) -> None:
    await call.session.vault().delete(call.segment)


async def _delete_listed(call: Call) -> None:
    """For a name that no path can carry, such as `..`."""
    try:
        await call.session.vault().delete(call.required("name"))
    except (InvalidName, ReservedName):
        raise NotFound("there is no secret with this name") from None


async def _bulk(sent: models.BulkIn, call: Call) -> models.BulkOut:
    """At most 500; all are checked before the first is written."""
    entries = [(secret.name, secret.value) for secret in sent.secrets]
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

_FULL: Final = (507,)  # the status when there is no room

ROUTES: Final = (
    Route("GET", "/secrets", Role.READER, _list, "List names and dates.", query=(*PAGING, _UNUSED)),
    create("/secrets", Role.WRITER, _put, "Create or update a secret.", read_secret, _FULL),
    delete("/secrets", Role.WRITER, _delete_listed, "Delete a listed entry.", (_NAME,)),
    create("/secrets/bulk", Role.WRITER, _bulk, "Create or update many secrets.", read_bulk, _FULL),
    delete("/secrets/bulk", Role.WRITER, _delete, "Delete the secret named `bulk`."),
    delete("/secrets/{name}", Role.WRITER, _delete, "Delete a secret."),
    Route(
        "GET",
        "/secrets/{name}/exists",
        Role.READER,
        _exists,
        "Whether a secret exists.",
        errors=(409,),
    ),
    Route(
        *("GET", "/secrets/{name}/uses", Role.READER, _uses, "Who read a secret, and when."),
        errors=(404,),
        query=(*PAGING, _VERSION),
    ),
)
