"""Networks of pictures in ONNX, as PyTorch exports them, up to a Network and its weights.

`reader` parses the file in the process that is thrown away, `description` checks what it says, `walking` turns the
graph into layers of ours: numbers are folded, every operator has its entry in `operators`, and `values` knows where
the axes stand that ONNX has in another order.
"""

from cnn_core.model_file.onnx.description import read_graph
from cnn_core.model_file.onnx.walking import Walked, walked

__all__ = ["Walked", "read_graph", "walked"]
