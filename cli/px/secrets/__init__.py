"""Handling secrets in px: one value, or many at once."""
