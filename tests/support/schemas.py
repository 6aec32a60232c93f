"""Holds a --json document to the schema that px publishes for it."""

from __future__ import annotations

import json

from jsonschema import Draft202012Validator, FormatChecker

from px.schemas import text


def conforms(command: str, document: object) -> None:
    """Raises ValidationError unless the document is what `px schema COMMAND` says, and no more."""
    schema = json.loads(text(command))
    Draft202012Validator.check_schema(schema)
    checker = FormatChecker()
    Draft202012Validator(_closed(schema), format_checker=checker).validate(document)


def _closed(schema: object) -> object:
    """The published schema lets fields be added; here a field that it does not name is a fault."""
    if isinstance(schema, list):
        return [_closed(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    closed = {key: _closed(part) for key, part in schema.items()}
    if isinstance(schema.get("properties"), dict):
        closed.setdefault("additionalProperties", False)
    return closed
