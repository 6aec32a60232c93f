"""The real Worker on this machine: set up, start, stop, and check it as a deploy would."""
