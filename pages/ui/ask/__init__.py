"""Pickers: what a person chooses, as values of the core."""
