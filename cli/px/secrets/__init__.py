"""Secrets as px handles them: one value, or many at once."""
