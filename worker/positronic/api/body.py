"""Parses bodies. A refusal says where and what is wrong, but never repeats what was sent."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import cache, partial
from typing import Final, TypeVar

import pydantic_core
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from positronic.api.backup_models import ExportIn, ImportIn, PageIn
from positronic.api.brain_models import RerunIn, RunIn
from positronic.api.event_models import AcknowledgeIn
from positronic.api.grant_models import GrantIn
from positronic.api.models import BulkIn, SecretIn, TokenIn
from positronic.api.policy_models import PolicyIn
from positronic.api.target_models import TargetIn
from positronic.api.version_models import RollbackIn
from positronic.errors import (
    Detail,
    DuplicateName,
    InvalidJson,
    InvalidName,
    InvalidRequest,
    InvalidValue,
    PositronicError,
    ReservedName,
    TooLarge,
)
from positronic.http.json_nodes import check_nodes
from positronic.names import MAX_BULK, parse_name

# Of one object, because hashing is not randomised in the Worker.
MAX_FIELDS: Final = 16
MAX_STATE_FIELDS: Final = 1000

_M = TypeVar("_M", bound=BaseModel)
_FIELDS: Final = frozenset(
    {
        *("secrets", "name", "value", "role", "expiresIn", "ifVersion", "to"),
        *("note", "expiresAt", "rotateEvery", "enforce", "keep", "versions", "days"),
        *("identifier", "options", "initialState", "endAfter", "runId", "startsAt", "stopsAfter"),
        *("as", "read", "timeLimit", "names", "prefix"),
        *("cursor", "header", "page", "ticket", "sequence", "digest"),
    }
)
_KINDS: Final = (InvalidName, ReservedName, InvalidValue, DuplicateName)


def read_secret(body: bytes) -> SecretIn:
    """One {name, value}. Raises what is wrong with it."""
    return _validate(SecretIn, read_json(body))


def read_bulk(body: bytes) -> BulkIn:
    """Checks every entry; raises once, with every bad entry in `details`."""
    document = read_json(body)
    count = _check_count(document, "secrets")
    twice = _duplicates([_name_at(document, index) for index in range(count)])
    return _validate(BulkIn, document, twice)


def read_grant(body: bytes) -> GrantIn:
    """One {as, read}. Raises what is wrong with it."""
    document = read_json(body)
    _check_count(document, "read")
    return _validate(GrantIn, document)


def read_target(body: bytes) -> TargetIn:
    """One {names} or {prefix}. Raises what is wrong with it."""
    document = read_json(body)
    _check_count(document, "names")
    return _validate(TargetIn, document)


def read_rollback(body: bytes) -> RollbackIn:
    """One {to, ifVersion?}. Raises what is wrong with it."""
    return _validate(RollbackIn, read_json(body))


def read_acknowledgement(body: bytes) -> AcknowledgeIn:
    """One {sequence, digest}. Raises what is wrong with it."""
    return _validate(AcknowledgeIn, read_json(body))


def read_token(body: bytes) -> TokenIn:
    """One {name, role, expiresIn?}; expiresIn in seconds. Raises what is wrong with it."""
    return _validate(TokenIn, read_json(body))


def read_policy(body: bytes) -> PolicyIn:
    """Some of {note, expiresAt, rotateEvery, enforce, keep}. Raises what is wrong with it."""
    return _validate(PolicyIn, read_json(body))


def read_run(body: bytes) -> RunIn:
    """Which brain to run, and its input. Raises what is wrong with it."""
    return _validate(RunIn, read_json(body, MAX_STATE_FIELDS))


def read_rerun(body: bytes) -> RerunIn:
    """Which run to repeat, and from which step. Raises what is wrong with it."""
    return _validate(RerunIn, read_json(body))


def read_export(body: bytes) -> ExportIn:
    """Where an export continues. Raises what is wrong with it."""
    return _validate(ExportIn, read_json(body))


def read_page(body: bytes) -> PageIn:
    """A page of an export, to be checked. Raises what is wrong with it."""
    return _validate(PageIn, read_json(body))


def read_import(body: bytes) -> ImportIn:
    """A page of an export that was checked. Raises what is wrong with it."""
    return _validate(ImportIn, read_json(body))


def read_json(body: bytes, max_fields: int = MAX_FIELDS) -> object:
    """One JSON document (RFC 8259) in UTF-8 without repeated keys. Raises InvalidJson."""
    check_nodes(body)
    try:
        # First a parser that limits the depth to 200: with more, Python's own would overflow the
        # Worker's stack and crash the isolate. Then the one that detects repeated keys.
        pydantic_core.from_json(body, allow_inf_nan=False, cache_strings=False)
        return _decoder(max_fields).decode(body.decode())
    except ValueError:
        # `from None`: a decoding error contains the document.
        raise InvalidJson("the body is not a JSON document in UTF-8") from None


@cache
def _decoder(max_fields: int) -> json.JSONDecoder:
    return json.JSONDecoder(object_pairs_hook=partial(_to_object, max_fields))


def _to_object(max_fields: int, pairs: list[tuple[str, object]]) -> dict[str, object]:
    if len(pairs) > max_fields:
        raise InvalidRequest(f"an object in the body has more than {max_fields} fields")
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise InvalidJson("an object in the body has the same key twice")
    return fields


def _check_count(document: object, field: str) -> int:
    """The number of entries; 0 if the field is not a list, which validation reports later."""
    entries = document.get(field) if isinstance(document, dict) else None
    if not isinstance(entries, list):
        return 0
    if not entries:
        raise InvalidRequest(f"`{field}` is empty")
    if len(entries) > MAX_BULK:
        raise TooLarge(f"`{field}` has {len(entries)} entries; at most {MAX_BULK} are allowed")
    return len(entries)


def _duplicates(names: Sequence[str | None]) -> list[Detail]:
    counts = Counter(names)
    return [
        Detail(DuplicateName.code, "the name is used more than once", index, name)
        for index, name in enumerate(names)
        if name is not None and counts[name] > 1
    ]


def _validate(model: type[_M], document: object, faults: Sequence[Detail] = ()) -> _M:
    """The parsed document; raises once, for `faults` and everything wrong with its shape."""
    found: Iterable[Detail] = ()
    try:
        parsed = model.model_validate(document)
        if not faults:
            return parsed
    except ValidationError as error:
        errors = error.errors(include_url=False, include_context=False, include_input=False)
        found = [_detail(item, document) for item in errors]
    everything = sorted([*found, *faults], key=lambda detail: detail.index or 0)
    raise _refusal(everything) from None


def _refusal(found: Sequence[Detail]) -> PositronicError:
    """All faults in one error, with their code if they share one."""
    codes = {detail.code for detail in found}
    kind = next((kind for kind in _KINDS if codes == {kind.code}), InvalidRequest)
    if len(found) == 1 and found[0].index is None:
        return kind(found[0].error)
    return kind("the request is not valid; nothing was written", details=found)


def _detail(item: ErrorDetails, document: object) -> Detail:
    index = next((part for part in item["loc"] if isinstance(part, int)), None)
    code = item["type"] if item["type"] in {kind.code for kind in _KINDS} else InvalidRequest.code
    return Detail(code, _sentence(item), index, _name_at(document, index))


def _sentence(item: ErrorDetails) -> str:
    field = next((part for part in reversed(item["loc"]) if part in _FIELDS), "the body")
    match item["type"]:
        case "extra_forbidden":
            # The field is not named, because it may be a misplaced value.
            return "there is an unknown field"
        case "missing":
            return f"`{field}` is missing"
        case "invalid_request":
            return f"`{field}` {item['msg']}"
        case "invalid_name" | "reserved_name" | "invalid_value":
            return item["msg"]
        case "greater_than_equal" | "less_than_equal":
            return f"`{field}` is out of range"
        case "string_pattern_mismatch":
            return f"`{field}` is malformed"
        case _:
            return f"`{field}` has the wrong type"


def _name_at(document: object, index: int | None) -> str | None:
    """The entry's name, if it is a valid one."""
    try:
        return parse_name(document["secrets"][index]["name"])  # type: ignore[index]
    except (PositronicError, LookupError, TypeError):
        return None
