"""`python -m demo`: the main job on this machine, as a transcript."""
