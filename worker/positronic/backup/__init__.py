"""A project's export: which rows it has, and how its pages are written and checked."""
