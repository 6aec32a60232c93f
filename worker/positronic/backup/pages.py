"""The file format `pxexport1`: a header, then pages of rows, each sealed with a MAC.

A page's MAC covers the header, the page's number and the MAC of the page before, so that a file
that was changed, cut or put together from several shows. FORMAT.md in `sealing` is its spec.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import pydantic_core

from positronic.errors import InvalidRequest, UnknownKey
from positronic.ledger.fields import Fields
from positronic.names import Project, parse_project
from positronic.ports import Signature
from positronic.sealing.keyring import Keyring
from positronic.sealing.signing import Signer, Verdict

FORMAT: Final = "pxexport1"

_FORMAT: Final = re.compile(FORMAT)
_PAGE: Final = "export page"
_LINE: Final = ("kind", "id", "text")


@dataclass(frozen=True, slots=True)
class Header:
    """`id`: of the export; `at`: when it was begun, milliseconds; `audit_key`: its row's text."""

    project: Project
    id: str
    at: int
    audit_key: str


@dataclass(frozen=True, slots=True)
class Sealed:
    """A page's last line."""

    number: int
    is_last: bool
    signature: Signature


def write_header(header: Header) -> str:
    return _json(
        {
            "format": FORMAT,
            "project": header.project,
            "id": header.id,
            "at": header.at,
            "auditKey": header.audit_key,
        }
    )


def read_header(text: str) -> Header:
    """Raises InvalidRequest, InvalidName."""
    try:
        fields = Fields(text)
        fields.matched("format", _FORMAT)
        return Header(
            parse_project(fields.text("project")),
            *(fields.text("id"), fields.time("at"), fields.text("auditKey")),
        )
    except ValueError:
        raise InvalidRequest("this is not the header of an export that can be read") from None


def write_line(kind: str, id_: str, text: str) -> str:
    return _json(dict(zip(_LINE, (kind, id_, text), strict=True)))


def seal(
    keyring: Keyring, header: str, lines: Sequence[str], number: int, before: str, *, is_last: bool
) -> tuple[str, str]:
    """The page's text and its MAC; `before`: the MAC of the page before, or nothing."""
    signer = Signer(keyring, _PAGE)
    signature = signer.sign(*_signed(header, lines, number, before, is_last=is_last))
    last = {"page": number, "last": is_last, "keyId": signature.key_id, "mac": signature.mac}
    return "\n".join((*lines, _json(last))), signature.mac


def opened(keyring: Keyring, header: str, page: str, before: str) -> tuple[Sealed, list[str]]:
    """The seal and the lines of a page that is as it was written. Raises InvalidRequest,
    UnknownKey.
    """
    *lines, last = page.split("\n")
    sealed = _read_seal(last)
    signed = _signed(header, lines, sealed.number, before, is_last=sealed.is_last)
    verdict = Signer(keyring, _PAGE).verify(sealed.signature, *signed)
    if verdict is Verdict.UNKNOWN_KEY:
        key_id = sealed.signature.key_id
        raise UnknownKey(f"the export is under the master key {key_id!r}, which is not held")
    if verdict is not Verdict.INTACT:
        raise InvalidRequest(
            "the export was changed, cut or put together from several; nothing was done"
        )
    return sealed, lines


def number_of(page: str) -> int:
    """The number that a page's last line says, not verified yet. Raises InvalidRequest."""
    return _read_seal(page.rpartition("\n")[2]).number


def read_line(line: str) -> tuple[str, str, str]:
    """The kind, the id and the text of a row. Raises InvalidRequest."""
    try:
        fields = Fields(line)
        kind, id_, text = (fields.text(key) for key in _LINE)
    except ValueError:
        raise InvalidRequest("the export has a line that cannot be read") from None
    return kind, id_, text


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def write_state(keyring: Keyring, purpose: str, project: Project, state: object) -> str:
    """What a caller hands back with the next step, and can neither make nor change."""
    text = _json(state)
    signature = Signer(keyring, purpose).sign(project, digest(text))
    return "\n".join((signature.key_id, signature.mac, text))


def read_state(
    keyring: Keyring, purpose: str, project: Project, given: str
) -> Mapping[str, object]:
    """Raises InvalidRequest."""
    key_id, mac, text = ([*given.split("\n", 2), "", ""])[:3]
    signature = Signature(key_id, mac)
    verdict = Signer(keyring, purpose).verify(signature, project, digest(text))
    if verdict is not Verdict.INTACT:
        raise InvalidRequest("this does not come from the step before; start again")
    found: Mapping[str, object] = pydantic_core.from_json(text)
    return found


def _read_seal(line: str) -> Sealed:
    try:
        fields = Fields(line)
        signature = Signature(fields.text("keyId"), fields.text("mac"))
        return Sealed(fields.count("page"), fields.anything("last") is True, signature)
    except ValueError:
        raise InvalidRequest("the export has a page without its last line") from None


def _signed(
    header: str, lines: Sequence[str], number: int, before: str, *, is_last: bool
) -> tuple[str, ...]:
    """Digests, for a signed part has at most 65,535 bytes. The header names the project."""
    body = "\n".join(lines)
    return digest(header), str(number), "last" if is_last else "more", before, digest(body)


def _json(item: object) -> str:
    return json.dumps(item, separators=(",", ":"))
