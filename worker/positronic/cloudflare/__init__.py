"""Cloudflare's side of the ports: Durable Objects."""
