"""px, the command line of Positronic's secrets manager."""

__version__ = "0.2.0"
