"""The HTTP API, call by call, as typed functions. Every failure is a PxError."""
