"""The HTTP contract as a suite: it knows an address, a token and DESIGN.md, and nothing of ours."""
