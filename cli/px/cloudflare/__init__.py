"""Cloudflare, through wrangler only: what is deployed, and why a request fails."""
