"""What the soak needs of the worker tier."""

from __future__ import annotations

from worker.conftest import project

__all__ = ["project"]
