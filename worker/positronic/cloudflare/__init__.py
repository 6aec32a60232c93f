"""Cloudflare's composition root: the Worker's classes, and ports on Durable Objects."""
