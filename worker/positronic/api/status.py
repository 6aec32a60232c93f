"""What anyone may ask, without a token: `/status` and `/openapi.json`."""

from __future__ import annotations

from typing import Annotated, Final

from positronic.api import models, openapi
from positronic.api.routing import Route
from positronic.api.service import Service

_READY: Final = models.to_json(models.StatusOut(ready=True))


async def _status(service: Service) -> Annotated[bytes, models.StatusOut]:
    """If not, 503 `not_configured` names the setting."""
    service.check()
    return _READY


async def _openapi(_: Service) -> bytes:
    return openapi.DOCUMENT


ROUTES: Final = (
    Route("GET", "/status", None, _status, "Whether the server is configured."),
    Route("GET", "/openapi.json", None, _openapi, "This document."),
)
