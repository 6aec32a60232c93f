"""Opens a file only if it is a regular one: a named pipe blocks, and can be read only once."""

from __future__ import annotations

import errno
import os
import stat

_KINDS = {
    stat.S_IFIFO: "a named pipe",
    stat.S_IFDIR: "a folder",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}


def kind(mode: int) -> str:
    """What kind of file it is; empty for a regular file."""
    return "" if stat.S_ISREG(mode) else _KINDS.get(stat.S_IFMT(mode), "something else")


def open_regular(path: str, flags: int) -> int:
    """An `opener` for `open` that never blocks. Raises OSError for anything but a regular file."""
    handle = os.open(path, flags | os.O_NONBLOCK)
    found = kind(os.fstat(handle).st_mode)
    if found:
        os.close(handle)
        raise OSError(errno.EINVAL, f"it is {found}, not a regular file")
    return handle
