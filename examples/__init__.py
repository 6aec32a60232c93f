"""Worked examples, each tested."""
