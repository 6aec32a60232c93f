"""Runs of brains: started, kept event by event, watched, and gone on with after a failure."""
