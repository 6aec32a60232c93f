"""Brains on a server, as px sees them: what there is, runs, and their events as they happen."""
