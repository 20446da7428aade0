"""A Network with weights as a file of ONNX."""

from cnn_core.model_file.onnx_export.file import LARGEST, onnx_file, refuse_unwritable

__all__ = ["LARGEST", "onnx_file", "refuse_unwritable"]
