"""`python -m bench`: numbers, each beside a comparison from the same run."""
