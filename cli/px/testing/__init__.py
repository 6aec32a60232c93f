"""TestDevServer: the real API with its stores in memory, for tests; it fails when told to."""

from px.testing.dev_server import TestDevServer

__all__ = ["TestDevServer"]
