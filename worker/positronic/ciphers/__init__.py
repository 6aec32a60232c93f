"""AES-256-GCM behind one port: the runtime's WebCrypto, or `cryptography` on CPython."""
