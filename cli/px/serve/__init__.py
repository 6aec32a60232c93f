"""The API on CPython: `px serve`, a host of one's own with its ledgers in SQLite files."""
