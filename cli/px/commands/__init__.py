"""One verb per file, thin."""
