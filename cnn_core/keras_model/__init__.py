"""The only place that imports Keras and TensorFlow: plain functions, callable from a script, a notebook or a worker.

Importing it takes seconds and 600 MB. Everything else in `cnn_core` answers without it.
"""

import os

# Both are read at the import of TensorFlow and Keras, so they come first; whoever set them before keeps the last word.
# Level 3 hides "no GPU here", which TensorFlow calls an error; what concerns us comes as an exception.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("KERAS_BACKEND", "tensorflow")

from cnn_core.steps import Step, taking

with taking(Step.IMPORTING):
    from cnn_core.keras_model.activations import feature_maps, layer_weights, output_names
    from cnn_core.keras_model.build import build_model
    from cnn_core.keras_model.read import network_from_keras
    from cnn_core.network.keras_names import keras_name

__all__ = ["build_model", "feature_maps", "keras_name", "layer_weights", "network_from_keras", "output_names"]
