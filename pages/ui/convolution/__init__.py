"""What the page Convolution is made of: the grid and the kernel that all of it shares, and one module an idea."""
