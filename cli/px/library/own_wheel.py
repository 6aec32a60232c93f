"""px's own wheel, for the projects that it creates: put together again from what is installed.

No index has px, and an installer keeps no wheel. So a project gets the px that made it, and its
teammates and its CI install that one.
"""

from __future__ import annotations

import base64
import hashlib
import io
import zipfile
from collections.abc import Mapping
from importlib.metadata import Distribution, PackageNotFoundError, PackagePath, distribution
from typing import Final

from px.errors import Refused, Usage
from px.library import PX, Library

PINS: Final = "px/library/px.txt"

# What an installer adds is not in here.
_METADATA: Final = ("METADATA", "WHEEL", "entry_points.txt")
_LICENSES: Final = "licenses"
_TIME: Final = (2020, 2, 2, 0, 0, 0)  # the same in every wheel
_MODE: Final = 0o100644 << 16


def own() -> Library:
    """The px that runs. Raises Usage if it is not installed, Refused if a file was changed."""
    try:
        return wheel_of(distribution(PX))
    except PackageNotFoundError:
        raise Usage(
            "this px is not installed", hint="install px's wheel, and use that px"
        ) from None


def wheel_of(installed: Distribution) -> Library:
    """Its wheel, the same bytes for the same files, and the pins of what it needs."""
    name = f"{PX.replace('-', '_')}-{installed.version}"
    contents = _contents(installed)
    wheel = _pack(contents, f"{name}.dist-info/RECORD")
    return Library(f"{name}-py3-none-any.whl", wheel, contents[PINS].decode())


def _contents(installed: Distribution) -> dict[str, bytes]:
    return {path.as_posix(): _unchanged(path) for path in installed.files or () if _is_ours(path)}


def _unchanged(path: PackagePath) -> bytes:
    try:
        content = path.read_binary()
    except FileNotFoundError:
        content = None
    if content is None or path.hash is None or _digest(content) != path.hash.value:
        raise Refused(
            f"px is not as it was installed: {path} was changed",
            code="px_changed",
            hint="find out why, and install px again",
        )
    return content


def _is_ours(path: PackagePath) -> bool:
    folder = path.parts[0]
    if folder.endswith(".dist-info"):
        return path.name in _METADATA or _LICENSES in path.parts
    return folder != ".." and path.suffix != ".pyc"


def _pack(contents: Mapping[str, bytes], record: str) -> bytes:
    rows = [f"{name},sha256={_digest(text)},{len(text)}" for name, text in sorted(contents.items())]
    record_text = "\n".join([*rows, f"{record},,", ""]).encode()
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as wheel:
        for name, content in (*sorted(contents.items()), (record, record_text)):
            info = zipfile.ZipInfo(name, _TIME)
            info.external_attr, info.compress_type = _MODE, zipfile.ZIP_DEFLATED
            wheel.writestr(info, content)
    return packed.getvalue()


def _digest(content: bytes) -> str:
    """As RECORD has it."""
    return base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
