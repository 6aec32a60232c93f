"""Many secrets at once: checked whole, written in chunks, and accounted for when it stops."""
