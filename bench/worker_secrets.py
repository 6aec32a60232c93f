"""The keys and the root token of the Workers that are measured, new in each run."""

from __future__ import annotations

import base64
import hashlib
import secrets
from typing import Final

TOKEN: Final = secrets.token_hex(32)


def worker_secrets(key_id: str = "bench") -> dict[str, str]:
    """What a Worker needs to serve `TOKEN`; ours and the peers take the same settings."""
    key = base64.b64encode(secrets.token_bytes(32)).decode()
    digest = hashlib.sha256(TOKEN.encode()).hexdigest()
    return {"MASTER_KEYS": f"{key_id}:{key}", "ROOT_TOKEN_SHA256": digest}
