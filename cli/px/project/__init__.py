"""The project around the current folder: its files, who may read them, and what git tracks."""
