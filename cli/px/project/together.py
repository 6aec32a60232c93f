"""Several files of a project, written together: all of them, or as they were."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from px.errors import Refused
from px.project import owner_only
from px.terminal import printable

_NEW: Final = 0o644


@contextmanager
def written(root: Path, contents: Mapping[str, bytes | None]) -> Iterator[None]:
    """Writes the files, None deletes; anything that stops the body brings back what was there.

    Raises Refused, before it writes, for a path that leads out of the project, or through a link
    that may do so.
    """
    before = {name: _read(root, name) for name in contents}
    changed = {name: new for name, new in contents.items() if new != before[name]}
    try:
        for name, content in changed.items():
            _put(root / name, content)
        yield
    except BaseException:
        for name in changed:
            _put(root / name, before[name])
        raise


def check_inside(name: str) -> None:
    """Raises Refused for a path that leads out of the project by itself."""
    path = Path(name)
    if path.anchor or ".." in path.parts:
        raise Refused(
            f"{printable(name)} is not in the project; nothing was changed",
            code="outside_project",
            hint="px writes into the project only: take that name out of pyproject.toml",
        )


def _read(root: Path, name: str) -> bytes | None:
    check_inside(name)
    _check_no_link(root, name)
    try:
        return (root / name).read_bytes()
    except FileNotFoundError:
        return None


def _check_no_link(root: Path, name: str) -> None:
    """Raises Refused if the file, or a folder on its way, is a link."""
    parts = Path(name).parts
    for end in range(1, len(parts) + 1):
        path = root.joinpath(*parts[:end])
        if path.is_symlink():
            raise Refused(
                f"{path.relative_to(root)} is a link; nothing was changed",
                code="link_in_the_way",
                hint="px writes into the project only: put a file or folder there",
            )


def _put(path: Path, content: bytes | None) -> None:
    if content is None:
        path.unlink(missing_ok=True)
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    mode = path.stat().st_mode & 0o777 if path.exists() else _NEW
    owner_only.replace(path, content, mode)
