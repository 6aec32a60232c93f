"""Targets: copies of a project's secrets at providers, in clear there and with our mark."""
