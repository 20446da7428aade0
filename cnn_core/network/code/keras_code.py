"""A network as Keras code: functional as in the courses, or Sequential where it is one chain."""

import itertools
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, Final

from cnn_core.errors import NetworkError
from cnn_core.layers import (
    GaussianNoise,
    Input,
    Layer,
    LayerScale,
    ReduceMax,
    ReduceMean,
    Slice,
    StochasticDepth,
    ZeroPadding2D,
)
from cnn_core.layers.keras_calls import keras_call
from cnn_core.layers.settings import OptionalPair, Range, WholePair
from cnn_core.network.code.naming import identifier
from cnn_core.network.keras_names import keras_name
from cnn_core.network.network import Names, Network, Step

_FIRST: Final = ("filters", "kernel_size", "units", "pool_size", "rate", "size", "target_shape", "dims", "factor")
"""Settings that stand first without their name, as people write them."""
_UNSAID: Final = ("momentum", "epsilon")
"""Numbers for which Keras has the same value as we where nothing is said; of others it wants one, or has another."""

_OWN_CLASSES: Final = {
    LayerScale: '''
@keras.saving.register_keras_serializable()
class LayerScale(keras.layers.Layer):
    """Multiplies each channel by a learned factor (arXiv:2103.17239)."""

    def __init__(self, init_values, **kwargs):
        super().__init__(**kwargs)
        self.init_values = init_values

    def build(self, input_shape):
        initializer = keras.initializers.Constant(self.init_values)
        self.gamma = self.add_weight(shape=(input_shape[-1],), initializer=initializer, name="gamma")

    def call(self, inputs):
        return inputs * self.gamma

    def get_config(self):
        return {**super().get_config(), "init_values": self.init_values}
''',
    StochasticDepth: '''
@keras.saving.register_keras_serializable()
class StochasticDepth(keras.layers.Layer):
    """In training, drops the whole maps of a sample at random (arXiv:1603.09382)."""

    def __init__(self, drop_path_rate, **kwargs):
        super().__init__(**kwargs)
        self.drop_path_rate = drop_path_rate

    def call(self, inputs, training=False):
        if not training or not self.drop_path_rate:
            return inputs
        keep = 1 - self.drop_path_rate
        shape = (keras.ops.shape(inputs)[0], 1, 1, 1)
        return inputs / keep * keras.ops.floor(keep + keras.random.uniform(shape))

    def get_config(self):
        return {**super().get_config(), "drop_path_rate": self.drop_path_rate}
''',
    ReduceMean: '''
@keras.saving.register_keras_serializable()
class ReduceMean(keras.layers.Layer):
    """keras.ops.mean as a layer."""

    def __init__(self, axis, keepdims=False, **kwargs):
        super().__init__(**kwargs)
        self.axis, self.keepdims = tuple(axis), keepdims

    def call(self, inputs):
        return keras.ops.mean(inputs, self.axis, self.keepdims)

    def get_config(self):
        return {**super().get_config(), "axis": self.axis, "keepdims": self.keepdims}
''',
    ReduceMax: '''
@keras.saving.register_keras_serializable()
class ReduceMax(keras.layers.Layer):
    """keras.ops.max as a layer."""

    def __init__(self, axis, keepdims=False, **kwargs):
        super().__init__(**kwargs)
        self.axis, self.keepdims = tuple(axis), keepdims

    def call(self, inputs):
        return keras.ops.max(inputs, self.axis, self.keepdims)

    def get_config(self):
        return {**super().get_config(), "axis": self.axis, "keepdims": self.keepdims}
''',
    Slice: '''
@keras.saving.register_keras_serializable()
class Slice(keras.layers.Layer):
    """inputs[:, rows, columns, channels] as a layer, each written as a slice: "1:-1"."""

    def __init__(self, rows=":", columns=":", channels=":", **kwargs):
        super().__init__(**kwargs)
        self.rows, self.columns, self.channels = rows, columns, channels

    def call(self, inputs):
        texts = (self.rows, self.columns, self.channels)
        cuts = [slice(*(int(part) if part else None for part in text.split(":"))) for text in texts]
        return inputs[(slice(None), *cuts)]

    def get_config(self):
        return {**super().get_config(), "rows": self.rows, "columns": self.columns, "channels": self.channels}
''',
}
"""Kinds that Keras keeps to itself, or has as operations only."""


def keras_code(network: Network) -> str:
    """Return a script that makes the network with Keras 3 as `model`; raises NetworkError where it does not fit
    or where Keras has no such layer.

    Layers but the input are named where Keras, started anew, would name them otherwise. A Conv2D with padding of its
    own is preceded by a ZeroPadding2D.

    >>> from cnn_core.layers import Dense
    >>> print(keras_code(Network.of(Input((4,)), Dense(3, activation="softmax"), name="small")))
    import keras
    from keras import layers
    <BLANKLINE>
    inputs = keras.Input(shape=(4,))
    outputs = layers.Dense(3, activation="softmax")(inputs)
    model = keras.Model(inputs, outputs, name="small")
    <BLANKLINE>
    """
    return _script(network, _functional(network))


def keras_sequential_code(network: Network) -> str:
    """Return a script that makes a chain of layers as a Sequential model; raises NetworkError for branches."""
    steps = tuple(network.steps())
    if not is_chain(network):
        raise NetworkError("A Sequential model is one chain of layers. Received: branches. Use the functional form.")
    names = _Names(steps)
    lines = ["model = keras.Sequential(", "    ["]
    for step in steps:
        lines += [f"        {call}," for call in _calls(step, names)]
    lines += ["    ],", f"    name={_quoted(keras_name(network.name) or 'network')},", ")", ""]
    return _script(network, lines)


def is_chain(network: Network) -> bool:
    """Say whether every layer takes its input from the layer before it."""
    steps = tuple(network.steps())
    return all(step.sources == (before.named.name,) for before, step in itertools.pairwise(steps))


def _script(network: Network, lines: list[str]) -> str:
    kinds = {type(named.layer) for named in network.layers}
    own = [text for kind, text in _OWN_CLASSES.items() if kind in kinds]
    return "\n".join(["import keras", "from keras import layers", *own, "", *lines])


def _functional(network: Network) -> list[str]:
    steps = tuple(network.steps())
    names, variables = _Names(steps), _variables(steps)
    outputs = [variables[name] for name in network.output_names()]
    lines = []
    for step in steps:
        *before, call = _calls(step, names)
        given = ", ".join(variables[source] for source in step.sources)
        given = f"[{given}]" if step.named.layer.inputs[1] > 1 else given
        target = variables[step.named.name]
        for padding in before:
            lines.append(f"{target} = {padding}({given})")
            given = target
        lines.append(f"{target} = {call}" + (f"({given})" if step.sources else ""))
    result = outputs[0] if len(outputs) == 1 else f"[{', '.join(outputs)}]"
    first, name = variables[steps[0].named.name], _quoted(keras_name(network.name) or "network")
    return [*lines, f"model = keras.Model({first}, {result}, name={name})", ""]


class _Names:
    """Which layers Keras would call by their names anyway."""

    def __init__(self, steps: tuple[Step, ...]) -> None:
        self._steps = steps
        self._counted = Names()

    def needs(self, name: str, kind: str) -> bool:
        """Say whether a layer's name has to be written; layers are asked for in order."""
        return name != self._counted.take_free(kind)


def _calls(step: Step, names: _Names) -> Iterator[str]:
    """Yield the calls that make a layer: itself, and a ZeroPadding2D before it where Keras has no such padding."""
    layer, name = step.named.layer, step.named.name
    if isinstance(layer, Input):
        yield f"keras.Input(shape={layer.shape!r})"
        return
    if isinstance(layer, GaussianNoise) and layer.stddev > 1:
        raise NetworkError(
            'Keras makes GaussianNoise of at most stddev=1. Received: {value} in layer "{layer}". Rescale to 0–1.',
            value=layer.stddev,
            layer=name,
        )
    padding = getattr(layer, "padding", None)
    if isinstance(padding, tuple) and not isinstance(layer, ZeroPadding2D):
        names.needs("", "ZeroPadding2D")
        yield f"layers.ZeroPadding2D({padding!r}, name={_quoted(keras_name(f'{name}_padding'))})"
    called, arguments = _call_of(layer)
    given = [*arguments]
    if names.needs(name, called):
        given.append(f"name={_quoted(keras_name(name))}")
    # Freezing says nothing where there are no weights, and some layers without weights do not take the word.
    if not step.named.trainable and layer.weight_names:
        given.append("trainable=False")
    module = "" if type(layer) in _OWN_CLASSES else "layers."
    yield f"{module}{called}({', '.join(given)})"


# Networks repeat themselves, and an edit leaves most of their layers as they are.
@lru_cache(maxsize=1_024)
def _call_of(layer: Layer) -> tuple[str, tuple[str, ...]]:
    """Return the class of Keras that makes a layer, and what has to be said of its settings."""
    call = keras_call(layer)
    if call.name == "Activation":
        return call.name, (_quoted(call.settings["activation"]),)
    said = (_argument(layer, name, value) for name, value in call.settings.items() if _is_said(layer, name, value))
    return call.name, tuple(said)


def _is_said(layer: Layer, setting: str, value: Any) -> bool:
    """Say whether a setting is not what Keras takes by itself."""
    rules = layer.settings()
    ours = next((name for name in rules if layer.spelling.of(name) == setting), None)
    if ours is None or rules[ours].required or setting in _FIRST:
        return True
    if isinstance(rules[ours], Range) or (isinstance(value, float) and ours not in _UNSAID):
        return True
    if ours == "strides" and value == getattr(layer, "pool_size", None):
        return False
    default = rules[ours].default
    return bool(value != getattr(default, "value", default))


def _argument(layer: Layer, setting: str, value: Any) -> str:
    rule = next((rule for name, rule in layer.settings().items() if layer.spelling.of(name) == setting), None)
    # One number stands for both directions.
    if isinstance(rule, WholePair | OptionalPair) and value[0] == value[1]:
        value = value[0]
    written = _quoted(value) if isinstance(value, str) else repr(value)
    return written if setting in _FIRST else f"{setting}={written}"


def _quoted(text: str) -> str:
    """Return a text as people quote it in code."""
    written = repr(text)
    return f'"{written[1:-1]}"' if '"' not in text and "'" not in text else written


def _variables(steps: tuple[Step, ...]) -> dict[str, str]:
    """Return the variable of each layer's output: x along a chain, a name of its own where it is used later on."""
    users: dict[str, list[int]] = {step.named.name: [] for step in steps}
    for position, step in enumerate(steps):
        for source in step.sources:
            users[source].append(position)
    variables: dict[str, str] = {}
    taken = {"x", "inputs", "outputs", "model", "keras", "layers", *(kind.__name__ for kind in _OWN_CLASSES)}
    ends = [name for name, used in users.items() if not used]
    for position, step in enumerate(steps):
        name = step.named.name
        if not position:
            variables[name] = "inputs"
        elif [name] == ends:
            variables[name] = "outputs"
        elif users[name] == [position + 1]:
            variables[name] = "x"
        else:
            variables[name] = identifier(name, taken)
            taken.add(variables[name])
    return variables
