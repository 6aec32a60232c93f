"""One error tree. Programs act on `code`; people read the sentence.

A message may hold a secret's *name*, never a value, a token, a key or ciphertext, and never
text that a caller sent and that did not parse as a name: it may be a value in the wrong place.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class Detail:
    """One of several things that are wrong: where (entry index, name), and what."""

    code: str
    error: str
    index: int | None = None
    name: str | None = None


class PositronicError(Exception):
    """Base of every refusal and failure: a sentence, a stable code, an HTTP status."""

    code: ClassVar[str] = "internal"
    status: ClassVar[int] = 500

    def __init__(
        self,
        message: str,
        *,
        details: Sequence[Detail] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.details = tuple(details)
        self.headers = dict(headers or {})


class InvalidJson(PositronicError):
    """The body is not one JSON document in UTF-8."""

    code, status = "invalid_json", 400


class InvalidRequest(PositronicError):
    """The request has another shape than the contract's."""

    code, status = "invalid_request", 400


class InvalidName(PositronicError):
    """A secret or project name outside the allowed alphabet or length."""

    code, status = "invalid_name", 400


class InvalidValue(PositronicError):
    """A value that is empty, too long, holds NUL or is not UTF-8."""

    code, status = "invalid_value", 400


class DuplicateName(PositronicError):
    """One request names a secret twice."""

    code, status = "duplicate_name", 400


class Unauthenticated(PositronicError):
    """No token, or one that opens nothing."""

    code, status = "unauthenticated", 401


class Forbidden(PositronicError):
    """A valid token whose role or project does not allow this."""

    code, status = "forbidden", 403


class ReservedName(PositronicError):
    """Names under POSITRONIC_ belong to the framework."""

    code, status = "reserved_name", 403


class HttpsRequired(PositronicError):
    """Plain http to anything but loopback."""

    code, status = "https_required", 403


class NotFound(PositronicError):
    """No such secret, or no such address."""

    code, status = "not_found", 404


class MethodNotAllowed(PositronicError):
    """The address exists, the method there does not; the Allow header lists those that do."""

    code, status = "method_not_allowed", 405


class RequestTimeout(PositronicError):
    """The body did not arrive whole in 20 seconds. Nothing was done."""

    code, status = "request_timeout", 408


class Conflict(PositronicError):
    """Not now: what the request is about is in another state than it needs."""

    code, status = "conflict", 409


class TooLarge(PositronicError):
    """A body over 8 MiB, or more entries than a request may hold."""

    code, status = "too_large", 413


class UnsupportedMediaType(PositronicError):
    """A body that is not application/json."""

    code, status = "unsupported_media_type", 415


class RateLimited(PositronicError):
    """Too many at once, for the store or for large bodies; Retry-After says when, in seconds."""

    code, status = "rate_limited", 429


class UnknownKey(PositronicError):
    """A record is sealed under a master key that the Worker does not hold; names the key id."""

    code, status = "unknown_key", 500


class CorruptRecord(PositronicError):
    """A stored record that does not open: changed, moved, given other dates, or cut."""

    code, status = "corrupt_record", 500


class PartialWrite(PositronicError):
    """Some entries were written and some not; `details` lists those that were not."""

    code, status = "partial_write", 502


class StoreFailed(PositronicError):
    """The storage behind the Worker did not answer or refused."""

    code, status = "store_failed", 502


class NotConfigured(PositronicError):
    """A setting that the Worker needs is missing or malformed; names it, never shows its text."""

    code, status = "not_configured", 503


class AuditUnavailable(PositronicError):
    """The event could not be recorded, so nothing was done."""

    code, status = "audit_unavailable", 503


class Busy(PositronicError):
    """Other changes of the same project came in between again and again. Nothing was done."""

    code, status = "busy", 503


class OutcomeUnknown(PositronicError):
    """The answer was lost on the way: the change was made, or it was not."""

    code, status = "outcome_unknown", 502
