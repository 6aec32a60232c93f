"""The real Worker, in real workerd, on real local KV."""
