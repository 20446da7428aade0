"""One call of a Keras model as a layer of ours: Keras describes it as in a file, and `model_file` reads that."""

from typing import Any, Final

import keras
import numpy as np
import tensorflow as tf

from cnn_core.errors import LayerError
from cnn_core.keras_model.walk import Call, Source, operation_kind
from cnn_core.layers import ActivationName, Layer
from cnn_core.model_file import kinds
from cnn_core.model_file.arithmetic import Numbers, row


def layer_of(call: Call) -> Layer:
    """Return the layer that does what `call` does; raises LayerError where there is none, or several."""
    sizes = call.sources[0].shape[1:] if call.sources else ()
    settings = _settings(call.operation)
    if operation_kind(call.operation) == "GetItem":
        settings["key"] = _key(call.args[1])
    layer, *behind = kinds.layers_of(operation_kind(call.operation), settings, sizes, _constants(call))
    if behind:
        raise LayerError(
            "It stands for {count} layers here, and only a model file is taken apart into them. Save the model and "
            "open the file.",
            count=1 + len(behind),
        )
    return layer


def _settings(operation: Any) -> dict[str, Any]:
    """Return the settings of a layer or an operation as a file would hold them."""
    settings = {name: _plain(value) for name, value in operation.get_config().items()}
    if "activation" in settings:
        settings["activation"] = _activation(operation.activation)
    return settings


def _key(key: Any) -> Any:
    """Return what a slice takes as `model_file.operations` has it."""
    if isinstance(key, tuple | list):
        return [_key(item) for item in key]
    if isinstance(key, slice):
        return key.start, key.stop, key.step
    return "…" if key is Ellipsis else key


def _plain(value: Any) -> Any:
    """Return numbers, arrays and tuples as JSON has them."""
    if isinstance(value, np.ndarray | np.generic | tf.Tensor):
        return np.asarray(value).tolist()
    return [_plain(item) for item in value] if isinstance(value, list | tuple) else value


def _constants(call: Call) -> tuple[Numbers | None, ...]:
    """Return what an operation is applied to, in order: numbers, or None for another call's output.

    A layer takes outputs only; what else is handed to it says how to train.
    """
    if isinstance(call.operation, keras.layers.Layer) or operation_kind(call.operation) == "GetItem":
        return (None,)
    leaves = keras.tree.flatten((call.args, call.kwargs))
    given = [leaf if isinstance(leaf, Source) else np.asarray(leaf) for leaf in leaves]
    return tuple(
        None if isinstance(one, Source) else row(one.tolist())
        for one in given
        if isinstance(one, Source) or one.dtype.kind in "fiu"
    )


# Activations ----------------------------------------------------------------------------------------------------------

_FUNCTIONS: Final[dict[Any, ActivationName]] = {
    function: name
    for name in ActivationName
    for home in (tf.nn, keras.ops, keras.activations)
    # Only this one function has another default than the activation of its name.
    if (function := getattr(home, name, None)) not in (None, keras.ops.gelu)
}
"""What may be given as an activation, by TensorFlow's and Keras's functions."""


def _activation(function: Any) -> Any:
    """Return an activation as a file would hold it: a name, or a layer used as one.

    Keras writes some functions under names that mean others; of those that are not in the table the module is named.
    """
    if function is None:
        return None
    if operation_kind(function) == "Activation":
        return _activation(function.activation)
    if isinstance(function, keras.layers.Layer):
        return {"class_name": operation_kind(function), "config": _settings(function)}
    name = getattr(function, "__name__", type(function).__name__)
    return _FUNCTIONS.get(function, f"{function.__module__}.{name}")
