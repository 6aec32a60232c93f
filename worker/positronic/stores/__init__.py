"""Backends that store sealed text, events and tokens."""
