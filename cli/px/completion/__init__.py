"""Shell completion: by Typer, with names of secrets from a cache, never from a server."""
