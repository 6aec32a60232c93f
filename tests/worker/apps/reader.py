"""The same in Python, by the client's Python twin."""

from __future__ import annotations

import json
from typing import Any

from positronic_secrets import (  # type: ignore[import-not-found]  # beside this file in the Worker
    Secrets,
    SecretsError,
)
from workers import Response, WorkerEntrypoint

METHODS = {"getMany": "get_many"}


class Default(WorkerEntrypoint):  # type: ignore[misc]
    async def fetch(self, request: Any) -> Response:  # noqa: ANN401
        if request.method == "GET":
            return Response("ready")
        asked = json.loads(await request.text())
        secrets = Secrets(getattr(self.env, asked["binding"], None))
        method = getattr(secrets, METHODS.get(asked["method"], asked["method"]))
        try:
            told = {"value": await method(*asked["sent"])}
        except SecretsError as error:
            told = {"name": type(error).__name__, "code": error.code, "message": str(error)}
        return Response(json.dumps(told))
