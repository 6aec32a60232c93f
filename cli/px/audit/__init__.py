"""The audit log: listed, followed, verified."""
