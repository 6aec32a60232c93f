"""The certificates px trusts: the system's, and those of SSL_CERT_FILE and SSL_CERT_DIR.

OpenSSL silently ignores a missing or malformed file; px reports it.
"""

from __future__ import annotations

import os
import ssl
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from px.errors import Usage

FILE: Final = "SSL_CERT_FILE"
FOLDER: Final = "SSL_CERT_DIR"
_OTHERS: Final = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "NODE_EXTRA_CA_CERTS")  # of other tools

# OpenSSL's X509_V_ERR_*: https://docs.openssl.org/3.0/man3/X509_STORE_CTX_get_error/
_NOT_YET, _EXPIRED, _SELF_SIGNED, _OTHER_HOST = 9, 10, (18, 19), (62, 64)


def trusted(environ: Mapping[str, str]) -> ssl.SSLContext:
    """Raises Usage for a setting without a usable file or folder."""
    file, folder = environ.get(FILE, ""), environ.get(FOLDER, "")
    if file:
        _check_file(Path(file))
    if folder and not any(Path(one).is_dir() for one in folder.split(os.pathsep)):
        raise Usage(f"{FOLDER} does not name a folder: {_shown(folder)}", hint=_fix(FOLDER))
    context = ssl.create_default_context()
    if file:
        _load(context, file)
    return context


def problem(error: ssl.SSLError) -> str:
    """What is wrong with a server's certificate, or that it does not speak TLS."""
    code = getattr(error, "verify_code", None)
    if code is None:
        return "the server there does not speak a TLS version that px supports; check the port"
    named = {
        _EXPIRED: "its certificate has expired",
        _NOT_YET: "its certificate is not valid yet",
        **dict.fromkeys(_SELF_SIGNED, "its certificate, or its issuer's, is self-signed"),
        **dict.fromkeys(_OTHER_HOST, "its certificate is for another host name"),
    }
    return named.get(code) or getattr(error, "verify_message", "") or "its certificate is not valid"


def advice(error: ssl.SSLError, environ: Mapping[str, str]) -> str:
    """What to do about it; empty if only the server's owner can fix it."""
    code = getattr(error, "verify_code", None)
    if code in (_EXPIRED, _NOT_YET):
        return "check this machine's clock; if it is right, the certificate must be renewed"
    if code is None or code in _OTHER_HOST:
        return "check the address"
    ignored = [name for name in _OTHERS if environ.get(name)]
    if ignored and not environ.get(FILE):
        return f"px does not read {' or '.join(ignored)}: set {FILE} to the same file"
    return f"if your network has its own CA, set {FILE} to its PEM file"


def _check_file(path: Path) -> None:
    try:
        is_file = stat.S_ISREG(path.stat().st_mode)
        data = path.read_bytes() if is_file else b""
    except OSError as error:
        reason = (error.strerror or "").lower()
        raise Usage(f"{FILE} cannot be read: {_shown(path)}: {reason}", hint=_fix(FILE)) from None
    if not is_file:
        raise Usage(f"{FILE} does not name a file: {_shown(path)}", hint=_fix(FILE))
    if b"-----BEGIN " not in data:
        is_der = data.startswith(b"\x30")
        what = "is in DER format, not PEM" if is_der else "contains no certificate in PEM format"
        convert = "convert it: openssl x509 -inform der -in FILE -out ca.pem"
        raise Usage(f"{FILE} {what}: {_shown(path)}", hint=convert if is_der else _fix(FILE))


def _load(context: ssl.SSLContext, file: str) -> None:
    try:
        context.load_verify_locations(cafile=file)
    except (ssl.SSLError, OSError):
        raise Usage(
            f"{FILE} contains no readable certificate: {_shown(file)}", hint=_fix(FILE)
        ) from None


def _fix(variable: str) -> str:
    return f"fix {variable}, or unset it to use the system's certificates"


def _shown(path: Path | str) -> str:
    text = str(path)
    return text if text.isprintable() else ascii(text)
