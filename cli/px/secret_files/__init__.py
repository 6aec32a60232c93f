"""Files that hold secrets: dotenv and JSON, read strictly, each fault with its place."""
