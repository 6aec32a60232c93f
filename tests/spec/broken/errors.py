"""Mutants of errors, of what every answer carries, and of what is open to anyone."""

from __future__ import annotations

import json
from dataclasses import replace
from urllib.parse import unquote

from positronic.http.request import Response
from spec.broken.mutant import Call, breaks, edited, found, refusal

EVENT = {
    "id": "0" * 32,
    "time": "2999-01-01T00:00:00.000Z",
    "actor": {"type": "token", "id": "root", "name": "root"},
    "action": "secret.put",
    "outcome": "accepted",
    "requestId": "0" * 16,
    "integrity": "intact",
}


@breaks("status.ready")
async def ready_in_words(call: Call) -> Response:
    """ready is a text."""
    right = await call.right()
    return edited(right, ready="yes") if call.at("GET /status") and right.status == 200 else right


@breaks("openapi.document")
async def openapi_without_keys(call: Call) -> Response:
    """The document lacks a path."""
    right = await call.right()
    if not call.at("GET /openapi.json"):
        return right
    return edited(right, paths={k: v for k, v in found(right)["paths"].items() if k != "/keys"})


async def _document(call: Call, theirs: str, ours: str) -> Response:
    """The OpenAPI document with another text in place of one of its own."""
    right = await call.right()
    if not call.at("GET /openapi.json"):
        return right
    assert theirs in right.body.decode()
    return replace(right, body=right.body.decode().replace(theirs, ours).encode())


@breaks("openapi.codes")
async def openapi_without_adopting(call: Call) -> Response:
    """No call says that an adoption can be under way."""
    return await _document(call, ',"adopting"]', "]")


@breaks("openapi.codes")
async def openapi_with_a_code_of_its_own(call: Call) -> Response:
    """A code has another name in the document."""
    return await _document(call, '"outcome_unknown"', '"unknown_outcome"')


@breaks("openapi.full")
async def full_ledgers_keep_everything(call: Call) -> Response:
    """A full ledger refuses deletions too."""
    right = await call.right()
    if not call.at("GET /openapi.json"):
        return right
    paths = found(right)["paths"]
    paths["/secrets/{name}"]["delete"]["responses"] |= {
        "507": paths["/secrets"]["post"]["responses"]["507"]
    }
    return edited(right, paths=paths)


@breaks("openapi.full")
async def full_ledgers_take_bulks(call: Call) -> Response:
    """A full ledger does not refuse bulk requests."""
    right = await call.right()
    if not call.at("GET /openapi.json"):
        return right
    paths = found(right)["paths"]
    del paths["/secrets/bulk"]["post"]["responses"]["507"]
    return edited(right, paths=paths)


@breaks("errors.form")
async def another_word_for_error(call: Call) -> Response:
    """405 has `message` for `error`."""
    right = await call.right()
    is_it = right.status == 405
    return edited(right, error=None, message="use another") if is_it else right


@breaks("errors.form")
async def errors_in_plain_text(call: Call) -> Response:
    """404 is text/plain."""
    right = await call.right()
    if right.status == 404 and not call.path.startswith(("/secrets", "/tokens")):
        right.headers["Content-Type"] = "text/plain"
    return right


@breaks("errors.no_value")
async def error_with_the_value(call: Call) -> Response:
    """invalid_json repeats the body."""
    right = await call.right()
    if right.status != 400 or found(right)["code"] != "invalid_json":
        return right
    return edited(right, error=f"cannot read {call.body[:200]!r}")


@breaks("errors.no_value")
async def error_with_the_path(call: Call) -> Response:
    """404 repeats the address."""
    right = await call.right()
    is_it = right.status == 404 and found(right)["code"] == "not_found"
    return edited(right, error=f"no {unquote(call.path)}") if is_it else right


@breaks("errors.invalid_json")
async def last_key_wins(call: Call) -> Response:
    """A key that stands twice in an object is taken."""
    right = await call.right()
    if not call.at("POST /secrets") or right.status != 400 or not call.sent:
        return right
    is_it = found(right)["code"] == "invalid_json" and b'": "y"' in call.body
    return await call.right(sent=call.sent) if is_it else right


@breaks("errors.invalid_request")
async def ignores_a_field(call: Call) -> Response:
    """An unknown field is ignored."""
    if call.at("POST /secrets") and "note" in call.sent:
        return await call.right(sent={k: v for k, v in call.sent.items() if k != "note"})
    return await call.right()


@breaks("errors.invalid_request")
async def converts_numbers(call: Call) -> Response:
    """A number is taken for a text."""
    if call.at("POST /secrets") and call.sent.get("value") == 1:
        return await call.right(sent=call.sent | {"value": "1"})
    return await call.right()


@breaks("errors.media_type")
async def takes_any_media_type(call: Call) -> Response:
    """text/plain is read as JSON."""
    if call.method == "POST" and call.request.headers.get("content-type") == "text/plain":
        return await call.right(headers={"content-type": "application/json"})
    return await call.right()


@breaks("errors.not_found")
async def unknown_address_is_400(call: Call) -> Response:
    """An unknown address is invalid_request."""
    right = await call.right()
    known = ("/secrets/", "/tokens/", "/brains/")
    is_it = right.status == 404 and not call.path.startswith(known)
    return refusal(400, "invalid_request") if is_it else right


@breaks("errors.method")
async def allows_nothing(call: Call) -> Response:
    """405 without Allow."""
    right = await call.right()
    right.headers.pop("Allow", None)
    return right


@breaks("errors.query")
async def ignores_a_parameter(call: Call) -> Response:
    """An unknown query parameter is ignored."""
    if call.at("GET /secrets") and "page" in call.query:
        return await call.right(url="/secrets")
    return await call.right()


@breaks("errors.query")
async def takes_a_token_in_the_address(call: Call) -> Response:
    """?token= is ignored."""
    if call.at("GET /secrets") and "token" in call.query:
        return await call.right(url="/secrets")
    return await call.right()


@breaks("headers.no_store")
async def errors_may_be_stored(call: Call) -> Response:
    """Errors come without Cache-Control."""
    right = await call.right()
    if right.status >= 400:
        del right.headers["Cache-Control"]
    return right


@breaks("headers.nosniff")
async def sniffs(call: Call) -> Response:
    """204 comes without X-Content-Type-Options."""
    right = await call.right()
    if right.status == 204:
        del right.headers["X-Content-Type-Options"]
    return right


@breaks("headers.request_id")
async def one_id_for_all(call: Call) -> Response:
    """Reads have one request id."""
    right = await call.right()
    if call.method == "GET":
        right.headers["X-Request-Id"] = "1"
    return right


@breaks("headers.content_type")
async def another_json(call: Call) -> Response:
    """Success is text/json."""
    right = await call.right()
    if right.status < 300 and right.body:
        right.headers["Content-Type"] = "text/json"
    return right


@breaks("audit.refused")
async def records_what_was_refused(call: Call) -> Response:
    """A refused write is in the audit log as if it had been made."""
    right = await call.right()
    if call.at("POST /secrets") and right.status == 400:
        call.state.setdefault("names", []).append(call.sent.get("name"))
    if not call.at("GET /audit") or call.query.get("limit") != "1000" or right.status != 200:
        return right
    events = found(right)["events"]
    false = [EVENT | {"names": [name]} for name in call.state.get("names", ())]
    return edited(right, events=[*false, *events], count=len(events) + len(false))


@breaks("keys.used")
async def counts_no_secrets(call: Call) -> Response:
    """Keys hold no secret."""
    right = await call.right()
    if not call.at("GET /keys") or right.status != 200:
        return right
    return edited(right, keys=[key | {"secrets": 0} for key in found(right)["keys"]])


@breaks("keys.rotate")
async def never_says_what_remains(call: Call) -> Response:
    """POST /keys/rotate answers without `remaining`."""
    right = await call.right()
    is_it = call.at("POST /keys/rotate") and right.status == 200
    return replace(right, body=json.dumps({"resealed": 0}).encode()) if is_it else right
