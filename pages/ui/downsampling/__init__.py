"""What the page Pooling and stride is made of: what is made smaller, the ways beside each other, and the claims."""
