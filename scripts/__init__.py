"""What writes checked-in files."""
