"""What `make test` does a few times, done many times. Not a part of it: `make soak`."""
