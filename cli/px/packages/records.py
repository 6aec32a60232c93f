"""What installed packages brought, as each one's RECORD says it."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path, PurePosixPath
from typing import Final

from packaging.utils import canonicalize_name

_CODE: Final = (".py", ".so")
# px and the library, and what Python runs at each start: tests on CPython install these packages.
_RESERVED: Final = ("px", "positronic", "workers", "sitecustomize", "usercustomize")


Records = Sequence[tuple[str, list[PurePosixPath]]]


def read(python_modules: Path) -> Records:
    """Each package's name and its files, without what is about the package itself."""
    return [_read_one(one) for one in sorted(python_modules.glob("*.dist-info/RECORD"))]


def modules(records: Records, names: Iterable[str]) -> list[str]:
    """The modules to import of these packages: the topmost one of each of their folders."""
    wanted = set(names)
    files = [
        path for name, paths in records if name in wanted for path in paths if path.suffix in _CODE
    ]
    packages = {path.parent for path in files if path.name == "__init__.py"}
    return sorted({one for path in files if (one := _topmost(path, packages))})


def shared(records: Records) -> tuple[PurePosixPath, list[str]] | None:
    """A file that several packages have, of which only one's is there, and who they are."""
    owners: dict[PurePosixPath, list[str]] = defaultdict(list)
    for name, paths in records:
        for path in set(paths):
            owners[path].append(name)
    found = sorted((path, who) for path, who in owners.items() if len(who) > 1)
    return found[0] if found else None


def hidden(records: Records, names: Iterable[str], worker: Path) -> str | None:
    """A name in worker/ that these packages hide: Python finds theirs first."""
    tops = {one.partition(".")[0] for one in modules(records, names)}
    own = {path.stem for path in worker.iterdir() if path.is_dir() or path.suffix == ".py"}
    return min(tops & own, default=None)


def reserved(records: Records, names: Iterable[str]) -> str | None:
    """A file of these packages in the place of px or the library, or that Python runs by itself."""
    wanted = set(names)
    paths = [path for name, own in records if name in wanted for path in own]
    return min((str(path) for path in paths if _is_reserved(path)), default=None)


def _is_reserved(path: PurePosixPath) -> bool:
    top = path.parts[0].lower()
    return top.partition(".")[0] in _RESERVED or top.endswith(".pth")


def _topmost(path: PurePosixPath, packages: set[PurePosixPath]) -> str:
    """The module to import for a file; "" if Python has no name for it."""
    parents = [one for one in reversed(path.parents) if one in packages]
    top = parents[0] if parents else path.with_name(path.name.partition(".")[0])
    return ".".join(top.parts) if all(part.isidentifier() for part in top.parts) else ""


def _read_one(record: Path) -> tuple[str, list[PurePosixPath]]:
    name = canonicalize_name(record.parent.name.partition("-")[0])
    with record.open(newline="") as rows:
        paths = [PurePosixPath(row[0]) for row in csv.reader(rows) if row]
    return name, [path for path in paths if _is_content(path)]


def _is_content(path: PurePosixPath) -> bool:
    return not path.is_absolute() and ".." not in path.parts and "-info" not in path.parts[0][-5:]
