"""Cloudflare, reached through wrangler alone: what it has, what it refuses, and why."""
