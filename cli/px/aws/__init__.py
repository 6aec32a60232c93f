"""AWS by botocore: a client that prints nothing, and failures without a word of the request."""
