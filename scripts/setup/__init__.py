"""`make setup`: builds what px needs on this machine next to the old version, then replaces it."""
