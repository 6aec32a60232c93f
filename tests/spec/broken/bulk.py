"""Mutants of the bulk."""

from __future__ import annotations

from dataclasses import replace

from positronic.http.request import Response
from spec.broken.mutant import Call, answer, breaks, edited, found


def _done(call: Call, right: Response) -> bool:
    return call.at("POST /secrets/bulk") and right.status == 201


def _refused(call: Call, right: Response) -> bool:
    return call.at("POST /secrets/bulk") and right.status == 400 and "details" in found(right)


@breaks("secrets.bulk.answer")
async def bulk_with_200(call: Call) -> Response:
    """200 for 201."""
    right = await call.right()
    return replace(right, status=200) if _done(call, right) else right


@breaks("secrets.bulk.fields")
async def bulk_tells_names(call: Call) -> Response:
    """The answer has a field more."""
    right = await call.right()
    return edited(right, names=[]) if _done(call, right) else right


@breaks("secrets.bulk.counts")
async def counts_updates_as_created(call: Call) -> Response:
    """In a mixed bulk, everything counts as created."""
    right = await call.right()
    if not _done(call, right) or not found(right)["created"]:
        return right
    return edited(right, created=sum(found(right).values()), updated=0)


@breaks("secrets.bulk.stored")
async def silent_partial_bulk(call: Call) -> Response:
    """The last of more than six entries is dropped in silence."""
    entries = call.entries
    if not call.at("POST /secrets/bulk") or not 6 < len(entries) <= 500:
        return await call.right()
    right = await call.right(sent={"secrets": entries[:-1]})
    return edited(right, created=len(entries), updated=0) if right.status == 201 else right


@breaks("secrets.bulk.update")
async def bulk_creates_anew(call: Call) -> Response:
    """A bulk deletes first what it updates."""
    right = await call.right()
    if _done(call, right) and found(right)["updated"]:
        for entry in call.entries:
            await call.right("DELETE", f"/secrets/{entry['name']}")
        await call.right()
    return right


@breaks("secrets.bulk.whole")
async def writes_the_good_ones(call: Call) -> Response:
    """A refused bulk writes its good entries."""
    right = await call.right()
    if _refused(call, right):
        for entry in call.entries:
            await call.right(url="/secrets", sent=entry)
    return right


@breaks("secrets.bulk.details")
async def names_the_first_fault(call: Call) -> Response:
    """Only the first bad entry is named."""
    right = await call.right()
    return edited(right, details=found(right)["details"][:1]) if _refused(call, right) else right


@breaks("secrets.bulk.details")
async def names_the_bad_name(call: Call) -> Response:
    """A detail has what was sent as a name, although it is none."""
    right = await call.right()
    if not _refused(call, right):
        return right
    details = [item | {"name": _sent(call, item["index"])} for item in found(right)["details"]]
    return edited(right, details=details)


@breaks("secrets.bulk.code")
async def one_code_for_all(call: Call) -> Response:
    """Bad names alone are invalid_request too."""
    right = await call.right()
    is_it = _refused(call, right) and found(right)["code"] == "invalid_name"
    return edited(right, code="invalid_request") if is_it else right


@breaks("secrets.bulk.duplicates")
async def last_one_wins(call: Call) -> Response:
    """A name that stands twice is written once."""
    right = await call.right()
    if not _refused(call, right) or found(right)["code"] != "duplicate_name":
        return right
    entries = {entry["name"]: entry for entry in call.entries}
    return await call.right(sent={"secrets": list(entries.values())})


@breaks("secrets.bulk.empty")
async def nothing_is_fine(call: Call) -> Response:
    """An empty bulk is done."""
    right = await call.right()
    is_it = call.at("POST /secrets/bulk") and call.document == {"secrets": []}
    return answer(201, {"created": 0, "updated": 0}) if is_it and right.status == 400 else right


def _sent(call: Call, index: int) -> str:
    entry = call.entries[index]
    return str(entry.get("name")) if isinstance(entry, dict) else ""
