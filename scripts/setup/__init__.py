"""`make setup`: what px needs on this machine, made beside the old and put in its place."""
