"""Positronic secrets: the runtime-neutral core, the same on Cloudflare and on CPython."""
