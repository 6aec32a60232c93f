"""What can go wrong with the Worker on this machine, with messages for the user."""

from __future__ import annotations

from typing import ClassVar

from px.errors import PxError


class LocalError(PxError):
    """The local Worker, or something it needs, failed."""

    local_code: ClassVar[str] = "local_failed"

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message, code=self.local_code, hint=hint)


class NoProject(LocalError):
    """px was not run inside a project."""

    exit_code, local_code = 2, "no_project"


class AlreadyRunning(LocalError):
    """Another `px dev` is running in this project."""

    exit_code, local_code = 1, "already_running"


class PortTaken(LocalError):
    """Another process listens on the port."""

    exit_code, local_code = 1, "port_taken"

    def __init__(self, port: int) -> None:
        super().__init__(
            f"port {port} is taken by another process",
            "stop that process, or choose another port with --port",
        )
        self.port = port
