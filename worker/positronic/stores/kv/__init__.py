"""What is in a Workers KV namespace."""
