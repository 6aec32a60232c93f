"""One project's secrets, sealed."""
