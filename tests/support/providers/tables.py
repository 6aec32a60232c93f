"""What a Worker's settings say of a target at each stand-in."""

from __future__ import annotations

from typing import Final

from support.cloudflare_account import ACCOUNT
from support.providers import aws, fly, vault, worker_secrets

_AWS_KEYS: Final = {
    "ACCESS_KEY_ID": aws.KEY_ID,
    "SECRET_ACCESS_KEY": aws.SECRET_KEY,
}
_FIELDS: Final[dict[str, dict[str, str]]] = {
    "aws-secrets-manager": {"region": aws.REGION, "prefix": "shop-"},
    "aws-parameter-store": {"region": aws.REGION, "prefix": "/shop/"},
    "fly": {"app": fly.APP},
    "vault": {"mount": "kv", "prefix": "shop"},
    "worker-secrets": {"account": ACCOUNT, "script": worker_secrets.SCRIPT},
}
_KEYS: Final[dict[str, dict[str, str]]] = {
    "aws-secrets-manager": _AWS_KEYS,
    "aws-parameter-store": _AWS_KEYS,
    "fly": {"API_TOKEN": fly.TOKEN},
    "vault": {"TOKEN": vault.TOKEN},
    "worker-secrets": {"API_TOKEN": worker_secrets.TOKEN},
}


def table(provider: str, url: str, **more: str) -> tuple[dict[str, dict[str, str]], dict[str, str]]:
    """TARGETS, and the settings that open it. `url`: of a stand-in; empty: the provider's own."""
    address = {"address": url} if url else {}
    entry = {"type": provider, **_FIELDS[provider], **address, **more}
    keys = {f"TARGET_PRODUCTION_{end}": text for end, text in _KEYS[provider].items()}
    return {"production": entry}, keys
