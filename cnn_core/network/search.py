"""Questions about sizes, answered by trying: windows that give one, layers that see so far, what fits, what grows."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final, NamedTuple

from cnn_core.errors import LayerError, NetworkError
from cnn_core.layers import Input, Layer
from cnn_core.layers.settings import LARGEST, PaddingMode
from cnn_core.layers.windows import Window, output_length
from cnn_core.network.network import Network
from cnn_core.network.summary import Summary, summarize, summarize_so_far

LARGEST_KERNEL: Final = 11
"""That of AlexNet's first layer; larger ones are hardly ever used."""
_MOST_STAGES: Final = 100


class Stages(NamedTuple):
    """Equal windows behind one another, and the lengths of a side on their way: the input's, then one a stage."""

    window: Window
    lengths: tuple[int, ...]


def windows_from_to(length: int, wanted: int, stages: int) -> tuple[Stages, ...]:
    """Return all windows that lead from one length of a side to another in so many equal stages, the smallest first.

    Kernels up to `LARGEST_KERNEL`, strides up to the kernel, `valid` and `same`. A stride above the kernel would leave
    pixels unseen. Where `same` changes nothing, for nothing is padded, `valid` alone is named.

    Raises:
        LayerError: lengths or a number of stages that no network has.

    >>> [(found.window.kernel, found.window.stride) for found in windows_from_to(224, 7, 5)][:2]
    [(2, 2), (3, 2)]
    """
    _refuse_absurd(length, wanted, stages)
    return tuple(_found(length, wanted, stages))


def _found(length: int, wanted: int, stages: int) -> Iterator[Stages]:
    for kernel in range(1, LARGEST_KERNEL + 1):
        for stride in range(1, kernel + 1):
            known: set[tuple[int, ...]] = set()
            for padding in PaddingMode:
                window = Window(kernel, stride, 1, padding)
                lengths = _lengths(length, window, stages)
                if lengths[-1] == wanted and len(lengths) == stages + 1 and lengths not in known:
                    known.add(lengths)
                    yield Stages(window, lengths)


def _lengths(length: int, window: Window, stages: int) -> tuple[int, ...]:
    """Return the lengths as far as a window fits."""
    lengths = [length]
    while len(lengths) <= stages and lengths[-1] > 0:
        lengths.append(output_length(lengths[-1], window))
    return tuple(lengths)


def _refuse_absurd(length: int, wanted: int, stages: int) -> None:
    if not (1 <= wanted <= length <= LARGEST and 1 <= stages <= _MOST_STAGES):
        raise LayerError(
            "Windows never make a length longer, and there are 1 to {most} stages. Received: from {length} to "
            "{wanted} in {stages} stages.",
            most=_MOST_STAGES,
            length=length,
            wanted=wanted,
            stages=stages,
        )


class Reach(NamedTuple):
    """How many equal convolutions see so many pixels, and how many weights a channel pair takes for that."""

    kernel: int
    layers: int
    receptive_field: int
    weights: int


def layers_that_see(pixels: int) -> tuple[Reach, ...]:
    """Return, for odd kernels, how many convolutions with stride 1 see at least so many pixels: 1 + n · (k − 1).

    Raises:
        LayerError: no such number of pixels.

    >>> layers_that_see(7)[0]
    Reach(kernel=3, layers=3, receptive_field=7, weights=27)
    """
    if not 1 <= pixels <= LARGEST:
        raise LayerError(
            "A receptive field must be 1 to {most} pixels. Received: {pixels}.", most=LARGEST, pixels=pixels
        )
    reaches = []
    for kernel in range(3, LARGEST_KERNEL + 1, 2):
        layers = max(-(-(pixels - 1) // (kernel - 1)), 1)
        reaches.append(Reach(kernel, layers, 1 + layers * (kernel - 1), layers * kernel * kernel))
    return tuple(reaches)


def widened(network: Network, times: float) -> Network:
    """Return the network with so many times the filters and units in every layer but those that give the outputs.

    As the width multiplier of MobileNet (arXiv:1704.04861, section 3.3): rounded, at least 1, multiples of the groups.
    """
    kept = _ways_out(network)
    layers = [
        named if named.name in kept else replace(named, layer=_times(named.layer, times)) for named in network.layers
    ]
    return replace(network, layers=tuple(layers))


def _ways_out(network: Network) -> set[str]:
    """Return the layers that decide how many values come out: the last ones with filters or units on every way out."""
    steps = {step.named.name: step for step in network.steps()}
    kept: set[str] = set()
    waiting = list(network.output_names())
    while waiting:
        name = waiting.pop()
        if _width(steps[name].named.layer) is not None:
            kept.add(name)
        else:
            waiting += steps[name].sources
    return kept


def _width(layer: Layer) -> str | None:
    return next((name for name in ("filters", "units") if name in layer.settings()), None)


def _times(layer: Layer, times: float) -> Layer:
    setting = _width(layer)
    if setting is None:
        return layer
    groups = getattr(layer, "groups", 1)
    width = max(round(getattr(layer, setting) * times / groups), 1) * groups
    return replace(layer, **{setting: min(width, LARGEST // groups * groups)})


def widest_that_fits(network: Network, most_parameters: int) -> tuple[float, Network]:
    """Return by how much the network can be widened at most, in hundredths, and the network with that.

    Raises:
        NetworkError: it does not fit together, or even the narrowest one has more parameters.

    >>> from cnn_core.network.line import read_line
    >>> times, wide = widest_that_fits(read_line("28x28x1-C8-P2-C16-GA-D10sm"), 100_000)
    >>> times, summarize(wide).parameters <= 100_000
    (9.18, True)
    """
    low, high = 1, 100 * 1_000
    if _parameters(network, low) > most_parameters:
        raise NetworkError(
            "Even with the fewest filters, this network has {count} parameters. Received: at most {most}. Shrink "
            "the maps before Flatten, or remove layers.",
            count=f"{_parameters(network, low):,}",
            most=f"{most_parameters:,}",
        )
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if _parameters(network, middle) <= most_parameters else (low, middle)
    return low / 100, widened(network, low / 100)


def _parameters(network: Network, hundredths: int) -> int:
    return summarize(widened(network, hundredths / 100)).parameters


def on_pictures(network: Network, size: tuple[int, int]) -> Summary | None:
    """Return what a network costs on pictures of another size, as far as it fits; None where no picture goes in.

    >>> from cnn_core.layers import Conv2D
    >>> network = Network.of(Input((8, 8, 3)), Conv2D(2, 3, padding="same"))
    >>> [on_pictures(network, size).multiply_adds for size in ((8, 8), (16, 16))]
    [3456, 13824]
    """
    pictures = [
        named.layer for named in network.layers if isinstance(named.layer, Input) and len(named.layer.shape) == 3
    ]
    if len(pictures) != 1:
        return None
    before = pictures[0]
    after = replace(before, shape=(*size, before.shape[-1]))
    layers = tuple(replace(named, layer=after) if named.layer is before else named for named in network.layers)
    return summarize_so_far(replace(network, layers=layers))
