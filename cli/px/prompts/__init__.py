"""Questions at the terminal: hidden input, confirmed or refused."""
