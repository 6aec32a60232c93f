"""The calls: a request is admitted once, then goes to its handler."""
