"""A model by its key, and what a picture makes of it."""
