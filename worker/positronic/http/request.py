"""A request as the core sees it, and the rules for its address, query and body."""

from __future__ import annotations

import asyncio
import ipaddress
import re
from collections.abc import AsyncIterable, Awaitable, Callable, Mapping
from dataclasses import field
from functools import lru_cache
from typing import Final, NamedTuple
from urllib.parse import parse_qsl, unquote

from positronic.errors import (
    HttpsRequired,
    InvalidName,
    InvalidRequest,
    RequestTimeout,
    TooLarge,
    UnsupportedMediaType,
)
from positronic.names import MAX_BODY
from positronic.quick_dataclass import quick_dataclass

BODY_SECONDS: Final = 20.0  # for the whole body, even if it keeps trickling in
LARGE_BODY: Final = 64 * 1024  # bytes

# Shorter ones would be used twice by accident.
IDEMPOTENCY_KEY: Final = re.compile(r'([A-Za-z0-9_-]{16,64})|"([A-Za-z0-9_-]{16,64})"')

IF_MATCH: Final = re.compile(r'"([1-9][0-9]{0,14})"')

# All that any call looks at: a host need give no others.
HEADERS: Final = (
    *("authorization", "x-positronic-project", "x-positronic-challenge", "cf-connecting-ip"),
    *("content-length", "content-type", "idempotency-key", "if-match", "if-none-match"),
    "last-event-id",
)

# Whole, as every host gives it: scheme, host, port, path, query; fragments are not sent.
_URL: Final = re.compile(
    r"(https?)://(\[[0-9A-Fa-f:.]+\]|[^/?#:@\[\]\s]*)(?::[0-9]*)?(/[^?#]*)?(?:\?([^#]*))?(?:#.*)?"
)
_ADDRESS: Final = re.compile(r"[0-9A-Fa-f:.]{2,45}")
_TOKEN_PARAMETERS: Final = frozenset({"token", "access_token", "api_key", "authorization"})


class Address(NamedTuple):
    """What of a request's address says what is asked for; neither is decoded."""

    path: str
    query: str


class Request(NamedTuple):
    """`url` is absolute, header names in lower case; `read(limit)` returns up to limit + 1 bytes.

    Cancelling `read` releases the connection.
    """

    method: str
    url: str
    headers: Mapping[str, str]
    read: Callable[[int], Awaitable[bytes]]


@quick_dataclass(frozen=True, slots=True)
class Response:
    """If there is a `stream`, it is the body, and continues while the caller listens."""

    status: int
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    stream: AsyncIterable[bytes] | None = None


def split_url(url: str) -> Address:
    """The parsed address, which is https or on loopback. Raises InvalidRequest, HttpsRequired."""
    found = _URL.fullmatch(url)
    if found is None:
        raise InvalidRequest("the address cannot be parsed")
    scheme, host, path, query = found.groups("")
    if scheme != "https" and not _is_loopback(host.strip("[]").lower()):
        raise HttpsRequired("use https")
    return Address(path, query)


def decode_segment(segment: str) -> str:
    """A path segment without its percent-encoding. Raises InvalidName."""
    try:
        return unquote(segment, errors="strict")
    except UnicodeDecodeError:
        raise InvalidName("the name in the address is not UTF-8") from None


def read_query(query: str, known: frozenset[str]) -> dict[str, str]:
    """The parameters by name. Raises InvalidRequest without repeating what was sent."""
    if not query:
        return {}
    try:
        pairs = parse_qsl(query, keep_blank_values=True, errors="strict", max_num_fields=8)
    except ValueError:
        raise InvalidRequest("the query cannot be parsed") from None
    parameters = dict(pairs)
    if not _TOKEN_PARAMETERS.isdisjoint(name.lower() for name in parameters):
        raise InvalidRequest(
            "a token must not be in the address, because addresses are logged: "
            "replace it, and send the new one as `Authorization: Bearer <token>`"
        )
    if len(parameters) != len(pairs) or not known.issuperset(parameters):
        raise InvalidRequest("a query parameter is unknown or repeated")
    return parameters


def client_address(headers: Mapping[str, str]) -> str | None:
    """The client's IP address from Cloudflare; None for any other text in the header."""
    text = headers.get("cf-connecting-ip", "")
    return text if _ADDRESS.fullmatch(text) else None


def idempotency_key(headers: Mapping[str, str]) -> str | None:
    """What the caller sends with a change, and again when it got no answer. Raises InvalidRequest.

    As in draft-ietf-httpapi-idempotency-key-header; with or without the quotes.
    """
    text = headers.get("idempotency-key")
    if text is None:
        return None
    match = IDEMPOTENCY_KEY.fullmatch(text)
    if match is None:
        raise InvalidRequest("the Idempotency-Key is not 16 to 64 letters, digits, `-` or `_`")
    return match[1] or match[2]


def if_version(headers: Mapping[str, str]) -> int | None:
    """The version that a change may replace: If-Match: "3", or 0 for If-None-Match: *.

    As in RFC 9110 section 13.1, where a version is the entity tag. Raises InvalidRequest.
    """
    match, none_match = headers.get("if-match"), headers.get("if-none-match")
    if none_match is not None:
        if match is not None or none_match.strip() != "*":
            raise InvalidRequest("send If-None-Match: * for a new secret, and nothing else")
        return 0
    if match is None:
        return None
    version = IF_MATCH.fullmatch(match.strip())
    if version is None:
        raise InvalidRequest('send If-Match with one version in quotes, such as "3"')
    return int(version[1])


def is_large(request: Request) -> bool:
    """Whether the body has, or without a stated length may have, more than LARGE_BODY bytes."""
    length = request.headers.get("content-length", "")
    return not (length.isascii() and length.isdigit() and int(length[:20]) <= LARGE_BODY)


async def read_body(
    request: Request, limit: int = MAX_BODY, seconds: float | None = BODY_SECONDS
) -> bytes:
    """A JSON body of at most `limit` bytes, stated and real, in time. Raises what is wrong."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise UnsupportedMediaType("send the body as application/json")
    too_large = TooLarge(f"the body is larger than {limit} bytes")
    length = request.headers.get("content-length", "0")
    if not (length.isascii() and length.isdigit()):
        raise InvalidRequest("the content-length is not a number")
    if int(length[:20]) > limit:
        raise too_large
    allowed = limit if is_large(request) else min(limit, LARGE_BODY)
    body = await _in_time(request.read(allowed), seconds)
    if len(body) > allowed:
        raise too_large
    return body


async def _in_time(reading: Awaitable[bytes], seconds: float | None) -> bytes:
    try:
        if seconds is None:
            return await reading
        async with asyncio.timeout(seconds):
            return await reading
    except TimeoutError:
        raise RequestTimeout(
            f"the body did not arrive within {seconds or BODY_SECONDS:g} seconds; nothing was done"
        ) from None


@lru_cache(maxsize=16)
def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
