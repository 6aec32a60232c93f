"""Vault and OpenBao: what px asks of a KV engine of version 2."""
