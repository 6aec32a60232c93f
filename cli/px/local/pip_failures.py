"""Why pip failed, from its output: the cause in one sentence, and what to do."""

from __future__ import annotations

import re
from typing import Final

from px.terminal import printable

NETWORK_HINT: Final = "check the network, and pip's index and proxy"

_CERTIFICATE: Final = r"CERTIFICATE_VERIFY_FAILED|SSLError|SSLCertVerif"
_PROXY: Final = r"ProxyError|Tunnel connection failed|Cannot connect to proxy"
_NO_NAME: Final = (
    r"name resolution|Name or service not known|getaddrinfo failed|nodename nor servname"
    r"|No address associated"
)
_NO_ANSWER: Final = (
    r"NewConnectionError|Connection refused|Network is unreachable|ConnectTimeout|ReadTimeout"
    r"|Read timed out|Connection reset|Connection aborted|Remote end closed|Max retries exceeded"
    r"|Failed to establish|connection broken|NetworkConnectionError"
)
_CERTIFICATE_HINT: Final = "set PIP_CERT to the certificate file of its authority"
# In this order: a full disk or a broken network also causes the messages further down.
_CAUSES: Final = (
    (
        r"^Configuration file (?:could not be loaded|contains invalid)",
        "pip cannot read its configuration file",
        "`pip config debug` lists its files",
    ),
    (r"No space left on device|Disk quota exceeded", "no space left on device", "free some space"),
    (r"Read-only file system", "the file system is read-only", ""),
    (
        r"is not a trusted or secure host",
        "the package index's address is plain http, which pip ignores",
        "use https, or name the host in PIP_TRUSTED_HOST",
    ),
    (_CERTIFICATE, "the package index's certificate is not trusted", _CERTIFICATE_HINT),
    (_PROXY, "the proxy in front of the package index does not answer", NETWORK_HINT),
    (r"dependencies for SOCKS", "pip cannot use a SOCKS proxy", NETWORK_HINT),
    (_NO_NAME, "the package index's host name is unknown", NETWORK_HINT),
    (_NO_ANSWER, "the package index, or its proxy, cannot be reached", NETWORK_HINT),
)
_PEER: Final = re.compile(r"host='([^'/@]+)', port=(\d+)")
_HASH: Final = re.compile(r"DO NOT MATCH THE HASHES.*?\n\s+(\S+) from ", re.DOTALL)
_NO_HASH: Final = re.compile(
    r"Hashes are required in --require-hashes mode.*?\n(?:ERROR:)?\s*(\S+)", re.DOTALL
)
_UNPINNED: Final = re.compile(r"must have their versions pinned with ==.*?:\s+(\S+)", re.DOTALL)
_NO_BUILD: Final = re.compile(r"No matching distribution found for (\S+)")
_OTHER_PLATFORM: Final = re.compile(r"(\S+\.whl) is not a supported wheel on this platform")
_OTHER_PYTHON: Final = re.compile(r"Package '([^']+)' requires a different Python")
_HTTP: Final = re.compile(
    r"\b([45]\d\d) (?:Client|Server) Error|HTTP error (\d{3})|\b(40[13]) Error"
)
_DENIED: Final = re.compile(r"Permission denied: '([^']+)'")
_EXCEPTION: Final = re.compile(r"^\S*(?:Error|Exception)\b.*", re.MULTILINE)
_ERROR: Final = re.compile(r"^ERROR: (?!Exception:$)(.+)", re.MULTILINE)
_URL_USER: Final = re.compile(r"(?<=://)[^/@\s]+@")


def why(output: str) -> tuple[str, str]:
    """The cause and a hint, neither with the user name or password of a URL."""
    text = _URL_USER.sub("", output)
    for pattern, cause, hint in _CAUSES:
        if re.search(pattern, text, re.MULTILINE):
            return cause + _address(text, pattern), hint or _last(text)
    reason, hint = _about_a_package(text) or ("", "")
    if reason:
        return printable(reason), hint
    return _about_the_machine(text) or (_last(text) or "pip gave no reason", "")


def _address(text: str, pattern: str) -> str:
    """The host that did not answer, if pip names it."""
    found = _PEER.search(text) if pattern == _NO_ANSWER else None
    return f": {printable(found[1])}, port {found[2]}" if found else ""


def _about_a_package(text: str) -> tuple[str, str] | None:
    if found := _HASH.search(text):
        name = found[1]
        return f"{name} is not the package that was pinned: its hash differs", (
            "the index's file is not the one in the lock: find out why before you use it"
        )
    if found := _NO_HASH.search(text) or _UNPINNED.search(text):
        return f"{found[1]} is not pinned with a hash", "pin it with `make lock`"
    if found := _OTHER_PYTHON.search(text):
        return f"{found[1]} does not support this version of Python", _last(text)
    if found := _OTHER_PLATFORM.search(text):
        return f"{found[1]} is not for this platform", "pin it with `make lock`"
    if answer := _http(text):
        return answer
    if found := _NO_BUILD.search(text):
        return f"the package index has no suitable build of {found[1]}", (
            "it may lack the pinned version, or a build for this platform and Python version"
        )
    return None


def _http(text: str) -> tuple[str, str] | None:
    found = _HTTP.search(text)
    if not found:
        return None
    status = next(group for group in found.groups() if group)
    hint = "check the credentials of pip's index" if status in ("401", "403") else NETWORK_HINT
    return f"the package index answered {status}", hint


def _about_the_machine(text: str) -> tuple[str, str] | None:
    if found := _DENIED.search(text):
        return f"permission denied: {printable(found[1])}", "the folder must be writable for you"
    if "No module named pip" in text:
        return "this Python has no pip", "run `make setup` in the project's folder"
    return None


def _last(text: str) -> str:
    """The last error line; for a traceback, the exception, not pip's `ERROR: Exception:`."""
    found = _ERROR.findall(text) or _EXCEPTION.findall(text) or text.strip().splitlines()
    return printable(found[-1].strip())[:500] if found else ""
