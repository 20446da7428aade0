"""What each operator of ONNX is in layers of ours, one file a family; importing them fills the table."""

from cnn_core.model_file.onnx.operators import (
    activation,
    arithmetic,
    convolution,
    dense,
    normalization,
    pooling,
    resizing,
    shape,
)

__all__ = ["activation", "arithmetic", "convolution", "dense", "normalization", "pooling", "resizing", "shape"]
