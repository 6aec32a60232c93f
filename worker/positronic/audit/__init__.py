"""Who did what: events, recorded before the change they describe, and signed."""
