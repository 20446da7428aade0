"""A training as data: what is trained on what, and what is reported."""
