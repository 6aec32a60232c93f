"""Files with secrets: dotenv and JSON, parsed strictly; every error names its line."""
