"""Sealed text, its keys, and signatures. FORMAT.md is the spec."""
