"""Speed as ratios: what ConvScope does against what one would do without it, measured side by side."""
