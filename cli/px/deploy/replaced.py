"""Leaves an audit event, made with the new root token, when a deploy replaced the old one."""

from __future__ import annotations

from px.api.client import Client
from px.errors import PxError
from px.settings import Target


def record_replaced(target: Target) -> str:
    """What to tell the user. The deploy is done by then, so that a failure is only reported."""
    try:
        with Client(target) as client:
            client.answer(client.call("POST", "/root-token/replaced"), 204)
    except PxError as error:
        return f"Warning: the audit log does not show that the root token was replaced: {error}"
    return "Recorded in the audit log that the root token was replaced"
