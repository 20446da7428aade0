"""A class at one server: many visitors at once, and what they waited for."""
