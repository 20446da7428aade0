"""The layer kinds, one file a family: the class, its words, and its rules for shape, weights, cost and field."""
