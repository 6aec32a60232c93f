"""Stand-ins of providers on loopback. None of the real ones was ever contacted.

Each is held to its `FACTS`: what the real one does, with the source. (guess) marks what no source
says.
"""
