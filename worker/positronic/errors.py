"""One error tree. Programs act on `code`; people read the sentence.

A message may contain a secret's *name*, but never a value, a token, a key or ciphertext, nor any
text from a caller that failed to parse as a name: it may be a misplaced value.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class Detail:
    """One of several faults in a request: where (entry index, name) and what."""

    code: str
    error: str
    index: int | None = None
    name: str | None = None
    current_version: int | None = None


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
    """The request does not have the shape that the contract requires."""

    code, status = "invalid_request", 400


class InvalidName(PositronicError):
    """A secret or project name outside the allowed alphabet or length."""

    code, status = "invalid_name", 400


class InvalidValue(PositronicError):
    """A value that is empty, too long, contains NUL or is not UTF-8."""

    code, status = "invalid_value", 400


class DuplicateName(PositronicError):
    """A secret is named twice in one request."""

    code, status = "duplicate_name", 400


class Unauthenticated(PositronicError):
    """The token is missing or not valid."""

    code, status = "unauthenticated", 401


class Forbidden(PositronicError):
    """The token is valid, but its role or project does not allow this."""

    code, status = "forbidden", 403


class ReservedName(PositronicError):
    """Names that start with POSITRONIC_ are reserved for the framework."""

    code, status = "reserved_name", 403


class HttpsRequired(PositronicError):
    """Plain http is accepted on loopback only."""

    code, status = "https_required", 403


class NotFound(PositronicError):
    """No such secret, or no such address."""

    code, status = "not_found", 404


class MethodNotAllowed(PositronicError):
    """The address does not support this method; the Allow header lists those that it does."""

    code, status = "method_not_allowed", 405


class RequestTimeout(PositronicError):
    """The body did not arrive within 20 seconds. Nothing was done."""

    code, status = "request_timeout", 408


class Conflict(PositronicError):
    """The request does not fit the current state, such as a run that is still running."""

    code, status = "conflict", 409


class VersionMismatch(PositronicError):
    """A secret has another version than expected; `currentVersion` says which, 0: none."""

    code, status = "version_mismatch", 412


class SecretExpired(PositronicError):
    """The secret has expired, and its policy says that nobody may read it after that."""

    code, status = "secret_expired", 409


class TooLarge(PositronicError):
    """The body is over 8 MiB, or has more entries than are allowed."""

    code, status = "too_large", 413


class UnsupportedMediaType(PositronicError):
    """The body is not application/json."""

    code, status = "unsupported_media_type", 415


class RateLimited(PositronicError):
    """Too many requests, for the store or for large bodies; Retry-After is in seconds."""

    code, status = "rate_limited", 429


class TooManyRuns(PositronicError):
    """The token, or the project, has as many runs at once as it may have. Nothing was started."""

    code, status = "too_many_runs", 429


class TooManyWatches(PositronicError):
    """The token watches as many runs at once as it may."""

    code, status = "too_many_watches", 429


class UnknownKey(PositronicError):
    """A record is sealed under a master key that the Worker does not have; names the key id."""

    code, status = "unknown_key", 500


class CorruptRecord(PositronicError):
    """A stored record cannot be opened: it was changed, moved, redated or truncated."""

    code, status = "corrupt_record", 500


class StoreFailed(PositronicError):
    """The Worker's storage did not answer, or refused."""

    code, status = "store_failed", 502


class TargetRefused(PositronicError):
    """The provider does not take it until somebody changes something: it is not ours, say."""

    code, status = "target_refused", 409


class NameFailed(StoreFailed):
    """A provider failed for reasons of one name, so that others need not wait."""


class NotConfigured(PositronicError):
    """A setting that the Worker needs is missing or malformed; names it, never shows its text."""

    code, status = "not_configured", 503


class AuditUnavailable(PositronicError):
    """The audit event could not be recorded, so nothing was done."""

    code, status = "audit_unavailable", 503


class Busy(PositronicError):
    """Other changes of the same project came in between again and again. Nothing was done."""

    code, status = "busy", 503


class OutcomeUnknown(PositronicError):
    """The answer was lost on the way: the change was made, or it was not."""

    code, status = "outcome_unknown", 502


class Adopting(PositronicError):
    """The project's older entries in KV, or an import into it, have to be brought in first."""

    code, status = "adopting", 503


class LedgerFull(PositronicError):
    """The project's ledger has no room for new values; deleting and revoking still work."""

    code, status = "ledger_full", 507
