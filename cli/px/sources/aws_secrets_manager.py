"""Secrets of AWS Secrets Manager: `aws-secrets-manager:shop/DATABASE_URL`, or `...:shop/` for all
whose names begin so. A secret's name here is what is after the last slash.

Its text is the value, as it is; with `--json-keys` it has to be a JSON object, one secret a key.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from px.aws.client import open_client
from px.aws.failures import AwsRefused, codes_only, explained
from px.aws.secret_values import read_values
from px.errors import Detail, Refused, Usage
from px.files.assignments import Item, LeftOut, Reading
from px.project.provider_access import aws_access
from px.sources.named import DEEPER, assignment, place_of, reading

FORM: Final = "aws-secrets-manager:PREFIX/, or aws-secrets-manager:NAME for one secret"
_SCHEDULED: Final = "is scheduled for deletion: left out"
_REASONS: Final = {
    "ResourceNotFoundException": "is not there",
    "InvalidRequestException": "cannot be read: it may be scheduled for deletion",
    "DecryptionFailure": "cannot be decrypted with its KMS key",
    "AccessDeniedException": "may not be read with these credentials",
}
_LIST: Final = "secretsmanager:ListSecrets"


class AwsSecretsManagerSource:
    """It reads; nothing is changed there."""

    def __init__(self, text: str, *, json_keys: bool) -> None:
        self._label = f"aws-secrets-manager:{text}"
        self._text = text
        self._place = place_of(text)
        self._json_keys = json_keys
        if not self._place.path or not text.isprintable():
            raise Usage(f"a source in AWS Secrets Manager is {FORM}")

    def read(self, number: int, count: int) -> Reading:
        client = open_client("secretsmanager", aws_access(os.environ, Path.cwd()))
        items = self._folder(client) if self._place.is_folder else self._one(client)
        nothing = Refused(f"there is no secret at {self._label}", code="not_found", hint=FORM)
        return reading(items, self._label, nothing)

    def _one(self, client: Any) -> Iterator[Item | LeftOut]:  # noqa: ANN401 - botocore's
        yield from self._read(client, {self._text: self._text.rpartition("/")[2]})

    def _folder(self, client: Any) -> Iterator[Item | LeftOut]:  # noqa: ANN401 - botocore's
        wanted: dict[str, str] = {}
        for secret in self._listed(client):
            full = str(secret.get("Name"))
            name = full.removeprefix(self._text)
            if name == full:  # AWS's filter knows words, not only prefixes
                continue
            if "/" in name:
                yield LeftOut(name, DEEPER)
            elif secret.get("DeletedDate"):
                yield LeftOut(name, _SCHEDULED)
            else:
                wanted[full] = name
        yield from self._read(client, wanted)

    def _listed(self, client: Any) -> Iterator[Mapping[str, Any]]:  # noqa: ANN401 - botocore's
        """Also what is scheduled for deletion, which would be hidden otherwise."""
        filters = [{"Key": "name", "Values": [self._text]}]
        pages = client.get_paginator("list_secrets").paginate(
            Filters=filters, IncludePlannedDeletion=True
        )
        try:
            with codes_only():
                for page in pages:
                    yield from page["SecretList"]
        except AwsRefused as refused:
            raise explained(refused, _LIST) from None

    def _read(self, client: Any, wanted: Mapping[str, str]) -> Iterator[Item | LeftOut]:  # noqa: ANN401
        for full, found in read_values(client, list(wanted)):
            name = wanted[full]
            if isinstance(found, AwsRefused):
                yield Detail("provider_failed", _why(found.code), name=full)
            elif found is None:
                yield Detail("invalid_value", "is binary, not a text", name=full)
            elif self._json_keys:
                yield from _fields(found, full)
            else:
                yield assignment(name, found, full)


def _why(code: str) -> str:
    return _REASONS.get(code, f"cannot be read: {code}")


def _fields(text: str, full: str) -> Iterator[Item]:
    """One secret a key."""
    try:
        pairs = json.loads(text, object_pairs_hook=list)
    except (ValueError, RecursionError):
        pairs = None
    if not isinstance(pairs, list) or not text.lstrip().startswith("{"):
        yield Detail("invalid_value", "is not a JSON object, as --json-keys wants", name=full)
        return
    for key, value in pairs:
        yield assignment(key, value, full)
