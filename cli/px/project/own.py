"""Whether a project is one that px can run: somebody else's Worker is left alone."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Set
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Final

from positronic.errors import InvalidName
from positronic.names import parse_project
from px import __version__
from px.errors import Detail, Usage
from px.project.apart import check_apart
from px.project.dev_vars import PROJECT
from px.project.inheritance import Fields
from px.project.manifest import Manifest, read_manifest, usable
from px.project.workspace import Workspace

NOT_OWN: Final = "not_own_project"

_FLAG: Final = "python_workers"
_KV: Final = "SECRETS_KV"
_OBJECTS: Final = {"PROJECT_LEDGER": "ProjectLedger", "BRAIN_RUN": "BrainRun"}
_CLASSES: Final = frozenset({"Default", *_OBJECTS.values()})
_LIBRARY: Final = "positronic"
_WORKER: Final = re.compile(r"[a-z0-9_][a-z0-9_-]*")


def own_manifest(project: Workspace) -> Manifest:
    """The Worker of the project and its environment. Only reads.

    Raises Usage for a project that is not px's own, with everything that it lacks, and Refused for
    an environment that is not complete, or not apart from the others.
    """
    found = read_manifest(project.config, project.environment)
    main = str(found.written.get("main", ""))
    imported = _imported(project.root / main) if main.endswith(".py") else set()
    with usable(project.config):
        if lacks := list(_lacks(project, found, imported)):
            is_own = bool(imported & _CLASSES) or _OBJECTS.items() <= found.objects.items()
            raise _unusable(project.config.name, lacks, is_own=is_own)
        if wrong := list(_wrong(found)):
            raise Usage(
                f"{project.config.name} has settings that cannot be right; nothing was changed",
                hint="fix what is listed",
                details=[Detail("invalid", one) for one in wrong],
            )
        check_apart(found)
    return found


def _unusable(config: str, lacks: list[str], *, is_own: bool) -> Usage:
    details = [Detail("missing", one) for one in lacks]
    if is_own:
        return Usage(
            f"the project of this {config} lacks what px {__version__} needs; nothing was changed",
            code="older_project",
            hint="add what is listed, as `px new DIR` writes it",
            details=details,
        )
    return Usage(
        f"{config} is not that of a Positronic project; nothing was changed",
        code=NOT_OWN,
        hint="`px new DIR` makes one; to turn this one into one, add what is listed",
        details=details,
    )


def _lacks(project: Workspace, found: Manifest, imported: Set[str]) -> Iterator[str]:
    top: Fields = found.written
    main = str(top.get("main", ""))
    if main.endswith(".py") and not (project.root / main).is_file():
        yield f"{main}: there is no such file"
    elif missing := sorted(_CLASSES - imported):
        shown = main if imported else "main, a Python module"
        yield f"{shown}: import {', '.join(missing)} from {_LIBRARY}"
    for needed in ("name", "compatibility_date"):
        if needed not in found.fields:
            yield needed
    if _FLAG not in top.get("compatibility_flags", ()):
        yield f"compatibility_flags: {_FLAG}"
    if _KV not in {one.get("binding") for one in top.get("kv_namespaces", ())}:
        yield f"kv_namespaces: a binding {_KV}"
    bound = top.get("durable_objects", {}).get("bindings", ())
    classes = {one.get("name"): one.get("class_name") for one in bound}
    for name, class_name in _OBJECTS.items():
        if classes.get(name) != class_name:
            yield f"durable_objects.bindings: {name} for the class {class_name}"
    if not project.requirements.is_file():
        yield f"{project.requirements.relative_to(project.root)}: the library, by path and hash"


def _wrong(found: Manifest) -> Iterator[str]:
    """What wrangler, Cloudflare or the Worker would refuse without saying where it is."""
    name, day, fields = found.fields["name"], found.fields["compatibility_date"], found.fields
    if not isinstance(name, str) or not _WORKER.fullmatch(name):
        yield "name: lower-case letters, digits, hyphens and underscores, no hyphen first"
    if not isinstance(day, str) or not _is_date(day):
        yield 'compatibility_date: a date in quotes, such as "2026-11-29"'
    if PROJECT in found.variables:
        try:
            parse_project(found.variables[PROJECT])
        except InvalidName as error:
            yield f"vars.{PROJECT}: {error.message}"
    lists = {
        "compatibility_flags": fields.get("compatibility_flags", []),
        "triggers.crons": fields.get("triggers", {}).get("crons", []),
    }
    for field, found_list in lists.items():
        if not isinstance(found_list, list) or any(not isinstance(one, str) for one in found_list):
            yield f"{field}: a list of texts"


def _is_date(text: str) -> bool:
    """Of ISO 8601's forms only YYYY-MM-DD, as wrangler."""
    with suppress(ValueError):
        return date.fromisoformat(text).isoformat() == text
    return False


def _imported(main: Path) -> set[str]:
    """The names that it imports from the library.

    What does not parse is taken for ours: the Worker's start then says where the mistake is.
    """
    try:
        tree = ast.parse(main.read_bytes())
    except OSError:
        return set()
    except (ValueError, SyntaxError):
        return set(_CLASSES)
    return {
        alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == _LIBRARY
        for alias in node.names
    }
