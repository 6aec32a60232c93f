"""The project around the current folder: its files, who may read them, and what git has of it."""
