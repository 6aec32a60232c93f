"""A request as the core sees it: address, body, and the JSON shapes of each call."""
