"""Listing, following and verifying the audit log."""
