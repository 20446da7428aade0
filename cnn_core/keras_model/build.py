"""A Network as a Keras model."""

from collections.abc import Collection, Sequence
from math import prod
from typing import Any, Final

import keras

from cnn_core import layers
from cnn_core.errors import NetworkError
from cnn_core.keras_model.keras_layers import keras_layer
from cnn_core.layers import Layer
from cnn_core.layers.cost import parameters
from cnn_core.layers.kinds.resizing import pieces
from cnn_core.layers.settings import Amounts, Padding
from cnn_core.layers.shapes import Shape, output_shape, show
from cnn_core.network.keras_names import free_among, keras_name
from cnn_core.network.network import Network, Step

MOST_PARAMETERS: Final = 200_000_000
"""800 MB of weights. The process grew to 3.1 GB where one layer had them all, and to 2.0 GB for VGG16 (138 million,
the largest in courses). Of keras.applications only ConvNeXtXLarge, 350 million, is above."""

MOST_VALUES: Final = 2**28
"""Values of one output, 1 GB: nothing larger could be computed afterwards. VGG16's largest output has 3.2 million."""


def build_model(
    network: Network, seed: int | None = 0, outputs: Sequence[str] | None = None, given: Collection[str] = ()
) -> keras.Model:
    """Return the network as a functional Keras model with fresh weights.

    The Keras layers have our names (`keras_name` of them, for names that TensorFlow refuses); a Conv2D with explicit
    padding is preceded by a ZeroPadding2D called `<name>_padding`. A layer's weights depend on `seed` and its own name
    only, so they stay when other layers change. Frozen layers are not trainable. Global settings of Keras (seed, dtype,
    data format) are neither read nor changed.

    Args:
        network: fits together.
        seed: of all weights; None: as Keras draws them from its own, which `keras.utils.set_random_seed` sets.
        outputs: the layers whose outputs the model gives, in order; None is each layer that no other uses.
        given: layers that get their weights afterwards and draw nothing from Keras's own seed.

    Raises:
        NetworkError: the layers do not fit together, or the model is too large or too deep to build.
    """
    steps = tuple(network.steps())
    _refuse_absurd(steps)
    taken = {step.named.name for step in steps}
    tensors: dict[str, Any] = {}
    for step in steps:
        own = 0 if seed is None and step.named.name in given else seed
        tensors[step.named.name] = _tensor(step, [tensors[source] for source in step.sources], own, taken)
    ends = [tensors[name] for name in outputs or network.output_names()]
    first = tensors[steps[0].named.name]
    name = keras_name(network.name) or "network"
    try:
        return keras.Model(first, ends if len(ends) > 1 else ends[0], name=name)
    except RecursionError as error:
        raise NetworkError(
            "Keras cannot connect so many layers one after another. Received: {count} layers; about 900 are possible.",
            count=len(steps),
        ) from error


def _refuse_absurd(steps: tuple[Step, ...]) -> None:
    """Raise NetworkError before anything is allocated that the computer may not have."""
    total = sum(parameters(step.named.layer, *step.input_shapes).total for step in steps)
    if total > MOST_PARAMETERS:
        raise NetworkError(
            "The network is too large to build. Received: {count} parameters; at most {most} are allowed. "
            "Use fewer filters or units, or shrink the maps before Flatten.",
            count=f"{total:,}",
            most=f"{MOST_PARAMETERS:,}",
        )
    for step in steps:
        for shape in (step.output_shape, _padded(step)):
            if prod(shape) > MOST_VALUES:
                raise NetworkError(
                    'Layer "{layer}" ({kind}): its output is too large. Received: {shape}; at most {most} values are '
                    "allowed. Use a smaller input, or let layers before it shrink the map.",
                    layer=step.named.name,
                    kind=step.named.kind,
                    shape=show(shape),
                    most=f"{MOST_VALUES:,}",
                )


def _padded(step: Step) -> Shape:
    """Return the shape of what a layer computes with before its output: a padded input; () for every other layer."""
    if isinstance(step.named.layer, layers.Resizing):
        vertical, horizontal = pieces(step.named.layer, step.input_shapes[0])
        return (vertical.length, horizontal.length, step.input_shapes[0][2])
    amounts = _explicit_padding(step.named.layer)
    return () if amounts is None else output_shape(layers.ZeroPadding2D(amounts), *step.input_shapes)


def _explicit_padding(layer: Layer) -> Amounts | None:
    if not isinstance(layer, layers.Conv2D):
        return None
    padding: Padding = layer.padding
    return padding if isinstance(padding, tuple) else None


def _tensor(step: Step, inputs: list[Any], seed: int | None, taken: set[str]) -> Any:
    """Return what the step's layer makes of its input tensors."""
    named, amounts = step.named, _explicit_padding(step.named.layer)
    if isinstance(named.layer, layers.Input):
        return keras.Input(named.layer.shape, dtype="float32", name=keras_name(named.name))
    try:
        if amounts is not None:
            name = free_among(f"{named.name}_padding", taken)
            taken.add(name)
            inputs = [keras_layer(layers.ZeroPadding2D(amounts), name)(inputs[0])]
        layer = keras_layer(named.layer, named.name, seed)
        layer.trainable = named.trainable
        return layer(inputs if named.layer.inputs[1] > 1 else inputs[0])
    # Whatever Keras may say to settings that passed our own checks would carry colour codes.
    except Exception as error:
        raise NetworkError(
            'Layer "{layer}" ({kind}): Keras cannot build it for an input of {shape}. Choose other settings.',
            layer=named.name,
            kind=named.kind,
            shape=" and ".join(map(show, step.input_shapes)),
        ) from error
