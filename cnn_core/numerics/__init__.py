"""What layers compute, in NumPy: one window, whole maps, activations, hand-made kernels, reductions."""
