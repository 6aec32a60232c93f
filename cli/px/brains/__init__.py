"""Brains on a server: listing them, running them, and watching their events."""
