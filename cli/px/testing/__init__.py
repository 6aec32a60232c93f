"""TestDevServer: the real API with in-memory stores, for tests; it can fail on demand."""

from px.testing.dev_server import TestDevServer

__all__ = ["TestDevServer"]
