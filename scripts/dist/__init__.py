"""`make dist`: what a user installs, built from this checkout."""
