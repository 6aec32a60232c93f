"""Rotating the Worker's master key while the Worker is in use."""
