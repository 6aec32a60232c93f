"""AWS Signature Version 4 of a POST to `/`, the only request of AWS's JSON protocol.

Source: "Signature Version 4 signing process" in AWS's General Reference. A canonical request is
hashed; the hash is signed with HMAC-SHA256 under a key that is derived from the secret access key,
the day, the region and the service; that key is derived for each request, and never kept.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

ALGORITHM: Final = "AWS4-HMAC-SHA256"


@dataclass(frozen=True, slots=True)
class Credentials:
    access_key_id: str = field(repr=False)
    secret_access_key: str = field(repr=False)
    session_token: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Scope:
    """What a signature is for: `eu-central-1`, and the service's name in signatures."""

    region: str
    service: str

    def on(self, day: str) -> str:
        return f"{day}/{self.region}/{self.service}/aws4_request"


def signed(
    host: str,
    headers: Mapping[str, str],
    body: bytes,
    scope: Scope,
    credentials: Credentials,
    now: int,
) -> dict[str, str]:
    """The headers of the request to send, with those that are added: all but Host.

    `now`: milliseconds since 1970-01-01 UTC; AWS takes a difference of five minutes.
    """
    time = datetime.fromtimestamp(now // 1000, UTC).strftime("%Y%m%dT%H%M%SZ")
    added = {"X-Amz-Date": time}
    if credentials.session_token is not None:
        added["X-Amz-Security-Token"] = credentials.session_token
    sent = {**headers, **added}
    lines = {name.lower(): " ".join(value.split()) for name, value in sent.items()}
    lines["host"] = host
    names = ";".join(sorted(lines))
    canonical = "\n".join(
        (
            *("POST", "/", ""),
            *(f"{name}:{lines[name]}" for name in sorted(lines)),
            *("", names, _sha256(body)),
        )
    )
    granted = scope.on(time[:8])
    text = "\n".join((ALGORITHM, time, granted, _sha256(canonical.encode())))
    signature = _mac(_key(credentials, scope, time[:8]), text).hex()
    sent["Authorization"] = (
        f"{ALGORITHM} Credential={credentials.access_key_id}/{granted}, "
        f"SignedHeaders={names}, Signature={signature}"
    )
    return sent


def _key(credentials: Credentials, scope: Scope, day: str) -> bytes:
    key = _mac(f"AWS4{credentials.secret_access_key}".encode(), day)
    for part in (scope.region, scope.service, "aws4_request"):
        key = _mac(key, part)
    return key


def _mac(key: bytes, text: str) -> bytes:
    return hmac.digest(key, text.encode(), hashlib.sha256)


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
