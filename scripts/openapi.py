"""`python -m scripts.openapi`: writes worker/positronic/api/openapi.py from routes and models.

With --check: writes nothing, and fails when the file is stale. A module with the text, since
wrangler uploads no JSON, and importing it costs 0.2 ms where making the schemas costs 9 (CPython).
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any, Final

from pydantic.json_schema import models_json_schema

from positronic.api import (
    adoption_models,
    backup_models,
    brain_models,
    copies,
    event_models,
    grant_models,
    models,
    policy_models,
    target_models,
    use_models,
    version_models,
)
from positronic.api.routes import ROUTES
from scripts.openapi_answers import HEADERS, RESPONSES
from scripts.openapi_calls import operation

ROOT: Final = Path(__file__).resolve().parent.parent
MODULE: Final = ROOT / "worker" / "positronic" / "api" / "openapi.py"

_HEAD: Final = '''\
"""The contract in OpenAPI 3.1, as GET /openapi.json gives it. Written by scripts/openapi.py."""

from __future__ import annotations

from typing import Final

# A line for each path and each kind of component.
# ruff: noqa: E501
TEXT: Final = r"""'''
_TAIL: Final = '''
"""
DOCUMENT: Final = TEXT.encode()
'''
_REF: Final = "#/components/schemas/{model}"


def document() -> dict[str, Any]:
    """The whole contract."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Positronic Secrets",
            "version": "1",
            "description": "No call returns a stored value. Programs act on an error's `code`.",
        },
        "servers": [{"url": "/"}],
        "security": [{"token": []}],
        "paths": _paths(),
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
            "headers": HEADERS,
            "responses": RESPONSES,
            "schemas": _schemas(),
        },
    }


def _paths() -> dict[str, Any]:
    paths: dict[str, Any] = {}
    for route in ROUTES:
        paths.setdefault(route.path, {})[route.method.lower()] = operation(route)
    return paths


def _schemas() -> dict[str, Any]:
    rooms = (
        *(models, event_models, grant_models, adoption_models, backup_models, brain_models),
        *(copies, policy_models, target_models, use_models, version_models),
    )
    kinds = [kind for room in rooms for kind in vars(room).values() if _is_model(kind)]
    _, found = models_json_schema([(kind, "validation") for kind in kinds], ref_template=_REF)
    schemas: dict[str, Any] = found["$defs"]
    for name, schema in schemas.items():
        if name.endswith("Out"):
            _never_null(schema)
    return dict(sorted(_without_titles(schemas).items()))


def _is_model(kind: object) -> bool:
    return isinstance(kind, type) and issubclass(kind, models.Model) and kind is not models.Model


def _never_null(schema: dict[str, Any]) -> None:
    """An answer leaves out what it does not have."""
    for field, found in schema["properties"].items():
        if {"type": "null"} in found.get("anyOf", ()):
            schema["properties"][field] = found["anyOf"][0]


def _without_titles(found: Any) -> Any:  # noqa: ANN401 - JSON
    """Pydantic's titles repeat the names; an `x: {title: ...}` that is a field stays."""
    if isinstance(found, list):
        return [_without_titles(item) for item in found]
    if not isinstance(found, dict):
        return found
    return {
        key: _without_titles(item)
        for key, item in found.items()
        if not (key == "title" and isinstance(item, str))
    }


def module() -> str:
    """The module's text: JSON with a line for each path and each kind of component."""
    return f"{_HEAD}{_lines(document())}{_TAIL}"


def _lines(found: dict[str, Any], branches: tuple[str, ...] = ("paths", "components")) -> str:
    parts = [
        f"{_json(key)}:{_lines(item, ()) if key in branches else _json(item)}"
        for key, item in found.items()
    ]
    return "{\n" + ",\n".join(parts) + "\n}"


def _json(found: object) -> str:
    return json.dumps(found, separators=(",", ":"))


def is_stale() -> bool:
    return not MODULE.exists() or MODULE.read_text() != module()


def main(arguments: list[str]) -> int:
    if arguments != ["--check"]:
        MODULE.write_text(module())
        return 0
    if is_stale():
        sys.stderr.write(f"stale: {MODULE.name}\n")
    return int(is_stale())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
