"""Reads multipart/form-data (RFC 7578) as wrangler uploads it: bytes stay what they are."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Part:
    """One field; `kind` is its content type, "" without one."""

    name: str
    kind: str
    data: bytes


def read_parts(content_type: str, body: bytes) -> list[Part]:
    boundary = re.fullmatch(r"multipart/form-data; boundary=(\S+)", content_type)
    assert boundary, content_type
    pieces = (b"\r\n" + body).split(b"\r\n--" + boundary[1].encode())
    assert pieces[-1].strip() == b"--"
    return [_part(piece) for piece in pieces[1:-1]]


def _part(piece: bytes) -> Part:
    head, _, data = piece.removeprefix(b"\r\n").partition(b"\r\n\r\n")
    text = head.decode()
    name = re.search(r'\bname="([^"]*)"', text)
    kind = re.search(r"(?im)^content-type: *(\S+)", text)
    assert name, text
    return Part(name[1], kind[1] if kind else "", data)
