"""The page Pooling and stride."""
