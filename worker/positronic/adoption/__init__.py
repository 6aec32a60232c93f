"""What KV had before there were ledgers: read once, verified, and brought into the ledger."""
