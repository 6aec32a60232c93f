"""The HTTP contract as a suite: it knows an address, a token and the contract, not our code."""
