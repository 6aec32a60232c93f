"""Copies of a ledger's secrets elsewhere, sealed: what is published, and when."""
