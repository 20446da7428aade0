"""Layer kinds that Keras does not offer as layers: two it keeps inside ConvNeXt, and operations between layers."""

from collections.abc import Sequence
from typing import Any

import keras

from cnn_core.layers.settings import parts_of_slice

PACKAGE = "convscope"
"""Keras saves and loads the classes under `convscope>LayerScale` and so on."""


@keras.saving.register_keras_serializable(package=PACKAGE)
class LayerScale(keras.layers.Layer):  # type: ignore[misc]
    """Multiplies each channel (last axis) by a learned factor (arXiv:2103.17239)."""

    def __init__(self, init_values: float, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.init_values = init_values

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        initializer = keras.initializers.Constant(self.init_values)
        self.gamma = self.add_weight(shape=(input_shape[-1],), initializer=initializer, name="gamma")

    def call(self, inputs: Any) -> Any:
        return inputs * self.gamma

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        return input_shape

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "init_values": self.init_values}


@keras.saving.register_keras_serializable(package=PACKAGE)
class StochasticDepth(keras.layers.Layer):  # type: ignore[misc]
    """In training, drops the whole maps of a sample with probability `drop_path_rate` and divides the others by
    1 − rate (arXiv:1603.09382)."""

    def __init__(self, drop_path_rate: float, seed: int | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.drop_path_rate = drop_path_rate
        self.seed = seed
        self.seed_generator = keras.random.SeedGenerator(seed)
        self.input_spec = keras.layers.InputSpec(ndim=4)

    def call(self, inputs: Any, training: bool = False) -> Any:
        if not training or not self.drop_path_rate:
            return inputs
        shape = (keras.ops.shape(inputs)[0], *(1,) * (len(inputs.shape) - 1))
        keep = 1 - self.drop_path_rate
        drawn = keras.random.uniform(shape, dtype=inputs.dtype, seed=self.seed_generator)
        return inputs / keep * keras.ops.floor(keep + drawn)

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        return input_shape

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "drop_path_rate": self.drop_path_rate, "seed": self.seed}


class _Reduce(keras.layers.Layer):  # type: ignore[misc]  # Keras has no types
    """Makes one value of all along some axes."""

    def __init__(self, axis: Sequence[int], keepdims: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.axis, self.keepdims = tuple(axis), keepdims

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "axis": list(self.axis), "keepdims": self.keepdims}


@keras.saving.register_keras_serializable(package=PACKAGE)
class ReduceMean(_Reduce):
    """`keras.ops.mean` as a layer."""

    def call(self, inputs: Any) -> Any:
        return keras.ops.mean(inputs, self.axis, self.keepdims)


@keras.saving.register_keras_serializable(package=PACKAGE)
class ReduceMax(_Reduce):
    """`keras.ops.max` as a layer."""

    def call(self, inputs: Any) -> Any:
        return keras.ops.max(inputs, self.axis, self.keepdims)


@keras.saving.register_keras_serializable(package=PACKAGE)
class Slice(keras.layers.Layer):  # type: ignore[misc]  # Keras has no types
    """`inputs[:, rows, columns, channels]` as a layer, each as Python writes a slice."""

    def __init__(self, rows: str = ":", columns: str = ":", channels: str = ":", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.rows, self.columns, self.channels = rows, columns, channels
        self.input_spec = keras.layers.InputSpec(ndim=4)

    def call(self, inputs: Any) -> Any:
        cuts = (parts_of_slice(text) or () for text in (self.rows, self.columns, self.channels))
        return inputs[(slice(None), *(slice(*cut) for cut in cuts))]

    def get_config(self) -> dict[str, Any]:
        own = {"rows": self.rows, "columns": self.columns, "channels": self.channels}
        return {**super().get_config(), **own}
