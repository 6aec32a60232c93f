"""Why npm failed, from its output: the cause in one sentence, and what to do."""

from __future__ import annotations

import re
from typing import Final

from px.terminal import printable

NETWORK_HINT: Final = "check the network, and npm's registry and proxy"

_CODE: Final = re.compile(r"^npm (?:error|ERR!) code (\S+)", re.MULTILINE)
_CAUSES: Final = {
    "ENOSPC": ("no space left on device", "free some space"),
    "EDQUOT": ("no space left on device", "free some space"),
    "EROFS": ("the file system is read-only", ""),
    "EACCES": ("permission denied", ""),
    "EPERM": ("permission denied", ""),
    "E401": ("the npm registry answered 401", "check the credentials of npm's registry"),
    "E403": ("the npm registry answered 403", "check the credentials of npm's registry"),
    "EINTEGRITY": (
        "a package is not the one that was pinned: its hash differs",
        "the registry's file is not the one in the lock: find out why before you use it",
    ),
    "ETARGET": ("the npm registry lacks a pinned version", ""),
    "E404": ("the npm registry lacks a package", ""),
    "EBADPLATFORM": ("a package is not for this platform", ""),
}
_NETWORK: Final = {
    *("ENOTFOUND", "EAI_AGAIN", "ECONNREFUSED", "ECONNRESET", "ETIMEDOUT", "ENETUNREACH"),
    *("EHOSTUNREACH", "ERR_SOCKET_TIMEOUT", "EIDLETIMEOUT", "ECONNECTIONTIMEOUT", "FETCH_ERROR"),
    *("ERR_INVALID_URL", "EPROTO", "ENOTCACHED"),
}
_CERTIFICATE: Final = re.compile(r"CERT|SELF_SIGNED|UNABLE_TO_(?:GET|VERIFY)")
_ERROR: Final = re.compile(
    r"^npm (?:error|ERR!) (?!code |errno |syscall |path |A complete log|$)(.+)", re.MULTILINE
)
_URL_USER: Final = re.compile(r"(?<=://)[^/@\s]+@")


def why(output: str) -> tuple[str, str]:
    """The cause and a hint, neither with the user name or password of a URL."""
    text = _URL_USER.sub("", output)
    code = found[1] if (found := _CODE.search(text)) else ""
    said = [printable(line.strip()) for line in _ERROR.findall(text)]
    first = said[0][:500] if said else ""
    if code in _CAUSES:
        cause, hint = _CAUSES[code]
        return cause, hint or first
    if _CERTIFICATE.search(code):
        return "the npm registry's certificate is not trusted", "set NODE_EXTRA_CA_CERTS"
    if code in _NETWORK:
        return f"the npm registry cannot be reached ({code})", NETWORK_HINT
    return first or "npm gave no reason", ""
