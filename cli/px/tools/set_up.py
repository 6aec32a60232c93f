"""Sets px's tools up: once, by one process, whole or not at all."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Final

from px.project import owner_only
from px.project.workspace import node
from px.terminal import Progress
from px.tools import bundle, inventory, npm, wrapper
from px.tools.place import LOCK, Tools, current, pin

# A context that shows how much of a total is done; terminal.progress is one.
Bar = Callable[[int], AbstractContextManager[Progress]]

# What the packages take on disk, about: only the bar knows it.
_SIZE: Final = 250_000_000
_PREFIX: Final = "new-"


def no_bar(_total: int) -> AbstractContextManager[Progress]:
    """For a caller that shows no progress."""
    return nullcontext(lambda _done, _total: None)


def ensure_tools(say: Callable[[str], None], bar: Bar = no_bar) -> Tools:
    """The pinned tools, set up unless they are there. Raises LocalError.

    After the first time it needs no network. A set-up that was killed leaves nothing that is used.
    """
    tools = current()
    if not tools.are_set_up():
        with owner_only.locked(tools.folder.parent / "lock"):
            if not tools.are_set_up():
                say(f"Setting up px's tools in {tools.folder}, once")
                _set_up(tools, bar)
    inventory.check_place(tools)
    return tools


def _set_up(tools: Tools, bar: Bar) -> None:
    """Builds the folder beside its place, then renames it."""
    for left in tools.folder.parent.glob(f"{_PREFIX}*"):
        shutil.rmtree(left, ignore_errors=True)  # its npm may still be writing
    fresh = Tools(tools.folder.with_name(f"{_PREFIX}{os.getpid()}"))
    owner_only.make_folder(fresh.folder)
    try:
        _install(fresh, bar)
        owner_only.make_folder(fresh.bundle_dir)
        product = bundle.build(fresh.package("pyodide"))
        owner_only.replace(fresh.bundle_dir / bundle.FILE_NAME, product)
        _wrap(fresh, tools)
        inventory.write(fresh)
        if tools.folder.exists():  # without an inventory: nothing that px made whole
            shutil.rmtree(tools.folder)
        fresh.folder.rename(tools.folder)
    finally:
        shutil.rmtree(fresh.folder, ignore_errors=True)


def _install(fresh: Tools, bar: Bar) -> None:
    place = fresh.folder / "npm"
    place.mkdir()
    for name in ("package.json", LOCK):
        (place / name).write_bytes(pin(name))
    with bar(_SIZE) as shown:
        tick = lambda: shown(min(_size(place), _SIZE), _SIZE)  # noqa: E731
        npm.install(_npm(), place, tick)
        shown(_SIZE, _SIZE)
    (place / "node_modules").rename(fresh.node_modules)
    shutil.rmtree(place)


def _npm() -> list[Path]:
    """The npm that came with Node: a script in a place that no PATH leads to."""
    binary = node()
    return [binary, binary.parents[1] / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"]


def _wrap(fresh: Tools, tools: Tools) -> None:
    """With the paths that the folder will have."""
    binary = tools.folder / fresh.workerd().relative_to(fresh.folder)
    content = wrapper.script(binary, tools.bundle_dir)
    owner_only.replace(fresh.wrapper, content, owner_only.OWNER_RUNS)


def _size(folder: Path) -> int:
    """Bytes so far; files may come and go meanwhile."""
    total = 0
    for parent, _, names in os.walk(folder):
        for name in names:
            try:
                total += os.lstat(os.path.join(parent, name)).st_size  # noqa: PTH118
            except OSError:
                continue
    return total
