"""The project's Worker, which also says how much memory it has: copied next to its entry.py."""

from __future__ import annotations

import gc
import json
from typing import Any
from urllib.parse import urlsplit

import pyodide_js  # type: ignore[import-not-found]
from workers import Response

from entry import BrainRun, ProjectLedger
from entry import Default as Served

__all__ = ["BrainRun", "Default", "ProjectLedger"]


class Default(Served):
    """GET /heap: bytes of WASM memory and Python's objects. GET /nothing: the least answer."""

    async def fetch(self, request: Any) -> Response:  # noqa: ANN401
        path = urlsplit(request.url).path
        if path == "/nothing":
            return Response('{"ready":true}')
        if path != "/heap":
            return await super().fetch(request)
        gc.collect()
        found = {"wasm": pyodide_js._module.HEAP8.length, "objects": len(gc.get_objects())}
        return Response(json.dumps(found), headers={"Content-Type": "application/json"})
