"""A package index on loopback that has something newer under each of our names (PEP 503)."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Final

from support.serving import serving

# Our distributions, and what somebody might take for them.
HOSTILE: Final = (
    *("positronic-secrets", "positronic-secrets-px"),
    *("positronic", "positronic-px", "px", "px-secrets"),
)
VERSION: Final = "99.0"


@dataclass
class PackageIndex:
    """`asked`: each name that a page was asked for. `taken`: each file that was sent."""

    url: str = ""
    asked: list[str] = field(default_factory=list)
    taken: list[str] = field(default_factory=list)

    @property
    def asked_for_ours(self) -> list[str]:
        return [name for name in self.asked if name in HOSTILE]


@contextmanager
def package_index(wheels: Path | None = None) -> Iterator[PackageIndex]:
    """With the wheels of a folder too, for a pip that has no other index."""
    index, files = PackageIndex(), _hostile_wheels()
    if wheels is not None:
        files |= {path.name: path.read_bytes() for path in wheels.glob("*.whl")}
    with serving(ThreadingHTTPServer(("127.0.0.1", 0), _handler(index, files))) as port:
        index.url = f"http://127.0.0.1:{port}/simple/"
        yield index


def _handler(index: PackageIndex, files: Mapping[str, bytes]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            _, place, name, *_ = [*self.path.split("/"), "", ""]
            if place == "simple":
                index.asked.append(name)
                self._answer(_page(name, files), "text/html")
            else:
                index.taken.append(name)
                self._answer(files.get(name), "application/octet-stream")

        def _answer(self, body: bytes | None, kind: str) -> None:
            self.send_response(404 if body is None else 200)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body or b"")))
            self.end_headers()
            self.wfile.write(body or b"")

        def log_message(self, *_: object) -> None:
            return

    return Handler


def _page(name: str, files: Mapping[str, bytes]) -> bytes | None:
    found = [file for file in files if _normal(file.partition("-")[0]) == name]
    links = "".join(f'<a href="/files/{file}">{file}</a>\n' for file in found)
    return f"<!DOCTYPE html><html><body>{links}</body></html>".encode() if found else None


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _hostile_wheels() -> dict[str, bytes]:
    names = [name.replace("-", "_") for name in HOSTILE]
    return {f"{name}-{VERSION}-py3-none-any.whl": _wheel(name) for name in names}


def _wheel(name: str) -> bytes:
    """It has a module that says who it is."""
    info = f"{name}-{VERSION}.dist-info"
    contents = {
        "hostile.py": "",
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {VERSION}\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: t\nRoot-Is-Purelib: true\n"
        "Tag: py3-none-any\n",
        f"{info}/RECORD": "",
    }
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as wheel:
        for path, text in contents.items():
            wheel.writestr(path, text)
    return packed.getvalue()
