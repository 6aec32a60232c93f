"""Rotating and recovering the Worker's master keys."""
