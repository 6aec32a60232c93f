"""The Worker's log, of this machine and of Cloudflare."""
