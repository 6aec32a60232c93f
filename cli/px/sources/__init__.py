"""Where an import's secrets come from: a file, stdin, Vault, AWS; a file each."""
