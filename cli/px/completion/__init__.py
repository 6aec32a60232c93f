"""Shell completion: Typer's machinery, and secrets' names from a cache, never from a server."""
