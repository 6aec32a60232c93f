"""The real Worker on this machine: set up, started, stopped, and checked as a deploy would."""
