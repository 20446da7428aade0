"""The page Design a network."""
