"""Runs of brains: started, stored event by event, watched, and rerun after a failure."""
