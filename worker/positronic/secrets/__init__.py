"""One project's secrets: the rules for a change, sealed records, rotation."""
