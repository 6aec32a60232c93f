"""Files that hold secrets: dotenv and JSON, read strictly; each error names its line."""
