"""From a checkout to a Worker at Cloudflare that answers, with keys that nobody else has."""
