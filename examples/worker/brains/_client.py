"""Asks a service that knows its callers by a signature (HMAC-SHA256); the key itself stays here."""

from __future__ import annotations

import hashlib
import hmac
import json

from brains._http import Post


class Client:
    """One service, and the key that it shares with us."""

    def __init__(self, key: str, url: str, post: Post) -> None:
        self._key = key
        self._url = url
        self._post = post

    async def ask(self, question: str) -> str:
        """Raises RuntimeError with what the service says, should it refuse."""
        body = json.dumps({"question": question})
        headers = {"Content-Type": "application/json", "X-Signature": sign(self._key, body)}
        answer = await self._post(self._url, body, headers)
        if answer.status != 200:
            raise RuntimeError(f"the service answers {answer.status}: {answer.text}")
        return str(json.loads(answer.text)["answer"])


def sign(key: str, body: str) -> str:
    """As the service computes it too."""
    return f"sha256={hmac.new(key.encode(), body.encode(), hashlib.sha256).hexdigest()}"
