"""The contract's numbers and words, deliberately written a second time, so that drift shows."""

from __future__ import annotations

import re
from typing import Final

MAX_NAME: Final = 128
MAX_VALUE: Final = 65_536  # bytes of UTF-8
MAX_BULK: Final = 500  # entries
MAX_BODY: Final = 8 * 1024 * 1024  # bytes
MAX_LIST: Final = 1000
MIN_EXPIRY: Final = 60  # seconds

TIME: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")

STATUS: Final = {
    code: status
    for status, codes in {
        400: "invalid_json invalid_request invalid_name invalid_value duplicate_name",
        401: "unauthenticated",
        403: "forbidden reserved_name https_required",
        404: "not_found",
        405: "method_not_allowed",
        408: "request_timeout",
        409: "conflict secret_expired target_refused",
        412: "version_mismatch",
        413: "too_large",
        415: "unsupported_media_type",
        429: "rate_limited too_many_runs too_many_watches",
        500: "internal unknown_key corrupt_record",
        502: "store_failed outcome_unknown",
        503: "not_configured audit_unavailable busy adopting",
        507: "ledger_full",
    }.items()
    for code in codes.split()
}

# Of an answer about one secret, and of one in a list.
ANSWERED: Final = "name version createdAt updatedAt sealedAt restoredFrom"
LISTED: Final = (
    "name version createdAt updatedAt sealedAt updatedBy lastReadAt"
    " expiresAt rotateEvery enforce due note deletedAt keptUntil"
)

SEGMENTS: Final = ("NAME", "ID", "AS", "N")  # each stands for one segment of a path
# The least role that a call needs.
CALLS: Final = {
    "runner": (
        ("GET", "/brains"),
        ("GET", "/brains/NAME"),
        ("POST", "/brains/runs"),
        ("POST", "/brains/runs/rerun"),
        ("GET", "/brains/runs/ID"),
        ("DELETE", "/brains/runs/ID"),
        ("GET", "/brains/runs/ID/watch"),
        ("GET", "/runs"),
    ),
    "deployer": (("GET", "/secrets/NAME/exists"),),
    "reader": (
        ("GET", "/secrets"),
        ("GET", "/secrets/NAME/policy"),
        ("GET", "/secrets/NAME/versions"),
        ("GET", "/due"),
        ("GET", "/audit"),
        ("GET", "/copies"),
        ("GET", "/project/export"),
    ),
    "writer": (
        ("POST", "/secrets"),
        ("POST", "/secrets/bulk"),
        ("DELETE", "/secrets/NAME"),
        ("PATCH", "/secrets/NAME"),
        ("POST", "/secrets/NAME/rollback"),
        ("POST", "/secrets/NAME/restore"),
    ),
    "admin": (
        ("DELETE", "/secrets/NAME/versions/N"),
        ("GET", "/tokens"),
        ("POST", "/tokens"),
        ("DELETE", "/tokens/ID"),
        ("GET", "/grants"),
        ("POST", "/grants"),
        ("DELETE", "/grants/AS"),
        ("GET", "/keys"),
        ("POST", "/keys/rotate"),
        ("POST", "/project/adopt"),
        ("POST", "/project/repair"),
        ("POST", "/project/export"),
    ),
    "root": (
        ("GET", "/projects"),
        ("POST", "/root-token/replaced"),
        ("POST", "/audit/restart"),
        ("POST", "/audit/acknowledge"),
        ("POST", "/project/import/check"),
        ("POST", "/project/import"),
    ),
}
# Whose calls each role of a token may make.
MAY: Final = {
    "runner": ("runner",),
    "deployer": ("deployer",),
    "reader": ("deployer", "reader"),
    "writer": ("runner", "deployer", "reader", "writer"),
    "admin": ("runner", "deployer", "reader", "writer", "admin"),
}
# The calls that write a value: a server without room refuses these, and no other.
VALUES: Final = (
    ("POST", "/secrets"),
    ("POST", "/secrets/bulk"),
    ("POST", "/secrets/NAME/rollback"),
    ("POST", "/secrets/NAME/restore"),
)
OPEN: Final = (("GET", "/status"), ("GET", "/openapi.json"))
