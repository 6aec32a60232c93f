"""Sealed text, the keys it is sealed under, and signatures. FORMAT.md is the spec."""
