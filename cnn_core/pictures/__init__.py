"""From bytes to pixels to what enters a model."""
