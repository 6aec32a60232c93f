"""AES-256-GCM behind one port: the runtime's node:crypto, or `cryptography` on CPython."""
