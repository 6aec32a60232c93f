"""The suite on right servers and on wrong ones."""
