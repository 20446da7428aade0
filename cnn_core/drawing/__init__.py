"""From numbers to pictures: mosaics, kernels, PNGs and figures."""
