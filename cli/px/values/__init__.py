"""A host's values at AWS or in Vault: the ledger has only the id that each is kept under."""
