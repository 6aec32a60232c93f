"""From a checkout to a running Worker at Cloudflare, with keys that only its owner has."""
