"""What a model must take to be shown a picture, and a grey picture for a model that has no axis for its one channel."""

from math import isqrt
from typing import Final

from cnn_core import layers
from cnn_core.errors import ModelFileError
from cnn_core.layers import ActivationName, Input, Layer, Reshape
from cnn_core.layers.shapes import Shape
from cnn_core.network.network import NamedLayer, Network, free_name
from cnn_core.sentences import N_

CHANNELS: Final = (1, 3)
"""Grey; red, green and blue."""
_SMALLEST_SIDE: Final = 8
"""Of a picture in a row of numbers: four of them are mostly measures of something."""

_ENDING: Final = (layers.Flatten, layers.Reshape)
"""Kinds that take values in their order, whatever the axes."""
_KEEPING: Final = (layers.Rescaling, layers.Dropout, layers.Add, layers.Multiply, layers.Average, layers.Maximum)
"""Kinds that treat each value alike, whatever the axes."""


def refuse_no_picture(shape: Shape) -> None:
    """Raise ModelFileError for the shape of an input that no picture has; it says what to change."""
    if len(shape) == 3 and shape[2] in CHANNELS:
        return
    if len(shape) == 1 and (size := _size(*shape)):
        raise ModelFileError(
            N_(
                "This model takes a vector of {count} numbers, not a picture. Put the picture's shape before it and "
                "save that: keras.Sequential([keras.Input({shape}), keras.layers.Flatten(), model])."
            ),
            count=shape[0],
            shape=size,
        )
    if len(shape) == 3 and shape[0] in CHANNELS:
        raise ModelFileError(
            N_(
                "This model takes its channels first: its input is {shape}. Pictures have them last here. Build it "
                'with data_format="channels_last" and an input of {turned}.'
            ),
            shape=_shown(shape),
            turned=_shown((*shape[1:], shape[0])),
        )
    raise ModelFileError(
        N_(
            "This model does not take a picture: its input is {shape}. A picture is (height, width, channels) with "
            "1 channel for grey or 3 for red, green and blue."
        ),
        shape=_shown(shape),
    )


def _shown(shape: Shape) -> str:
    return "×".join(map(str, shape))


def _size(count: int) -> Shape:
    """Return the square picture that has so many values; () where none has that is worth looking at.

    >>> _size(784), _size(3072), _size(10)
    ((28, 28, 1), (32, 32, 3), ())
    """
    sizes = ((isqrt(count // channels), channels) for channels in CHANNELS)
    found = (size for size in sizes if size[0] ** 2 * size[1] == count and size[0] >= _SMALLEST_SIDE)
    return next(((side, side, channels) for side, channels in found), ())


def with_channel(network: Network) -> Network:
    """Return a network that takes (height, width) as one that takes (height, width, 1); every other as it is.

    Its layers keep their names and weights and give the same values. Only where one would take the new axis for its
    channels, a Reshape before it takes the axis away again.
    """
    first, *others = network.steps()
    if len(first.output_shape) != 2:
        return network
    narrow = layers.Reshape(first.output_shape)
    widened = _Widened(first.named.name, Input((*first.output_shape, 1)), [step.named.name for step in others])
    for step in others:
        layer, is_wide = step.named.layer, widened.has(*step.sources)
        sources = step.sources if is_wide and _is_alike(layer) else widened.narrowed(step.sources, narrow)
        widened.add(step.named, sources, is_wide=is_wide and _is_alike(layer) and not isinstance(layer, _ENDING))
    return Network(tuple(widened.layers), network.name)


def _is_alike(layer: Layer) -> bool:
    """Say whether a layer gives the same values with one more axis of one place behind the others."""
    if isinstance(layer, layers.Activation):
        return layer.activation is not ActivationName.SOFTMAX
    return isinstance(layer, (*_ENDING, *_KEEPING))


class _Widened:
    """Layers one after another, and which of them give one axis more than before."""

    def __init__(self, name: str, layer: Input, taken: list[str]) -> None:
        self.layers = [NamedLayer(name, layer)]
        self._taken, self._wide, self._narrow = {name, *taken}, {name}, dict[str, str]()

    def has(self, *names: str) -> bool:
        return self._wide.issuperset(names)

    def add(self, named: NamedLayer, sources: tuple[str, ...], *, is_wide: bool) -> None:
        follows = sources == (self.layers[-1].name,)
        self.layers.append(NamedLayer(named.name, named.layer, () if follows else sources, named.trainable))
        if is_wide:
            self._wide.add(named.name)

    def narrowed(self, sources: tuple[str, ...], narrow: Reshape) -> tuple[str, ...]:
        """Return the sources as they were before, those that have an axis more through a layer that takes it away."""
        for source in sources:
            if source in self._wide and source not in self._narrow:
                name = self._narrow[source] = free_name(narrow.kind, self._taken)
                self._taken.add(name)
                self.add(NamedLayer(name, narrow), (source,), is_wide=False)
        return tuple(self._narrow.get(source, source) for source in sources)
