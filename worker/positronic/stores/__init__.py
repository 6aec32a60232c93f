"""Where sealed text and events lie: one backend per file."""
