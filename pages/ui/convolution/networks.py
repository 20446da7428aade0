"""The networks that differ in what they make of a place, in words and as the browser takes them."""

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from cnn_core.arrays import Weights
from cnn_core.layers import Conv2D, Layer, MaxPooling2D, Rescaling
from cnn_core.layers.weights import weight_shapes
from cnn_core.models.position_networks import Sort, Taught, measured, network, weights
from cnn_core.network.network import Network
from cnn_core.sentences import N_
from pages.ui import components
from pages.ui.components import packed
from pages.ui.text import _

_TITLES = {
    Sort.DENSE: N_("Dense"),
    Sort.FLATTEN: N_("Convolution, then Flatten"),
    Sort.MEAN: N_("Convolution, then the mean"),
}


def title(sort: Sort) -> str:
    return _(_TITLES[sort])


def tell(taught: Taught, name: str) -> None:
    """Tell the browser the networks that were trained on this, by a name."""
    told = [
        {
            "title": title(sort),
            "about": _("{count} parameters").format(count=f"{measured(taught, sort)['parameters']:,}"),
            "layers": described(taught, sort),
        }
        for sort in Sort
    ]
    components.tell(name, told)


# Nobody changes what is kept: it goes to the browser as it is.
@lru_cache(maxsize=len(Taught) * len(Sort))
def described(taught: Taught, sort: Sort) -> list[dict[str, Any]]:
    """Return the layers of a network behind its input as `forward.js` takes them, with their arrays."""
    return list(_described(network(taught, sort), iter(weights(taught, sort))))


def _described(layers: Network, arrays: Iterator[Weights]) -> Iterator[dict[str, Any]]:
    for step in layers.steps():
        if step.sources:
            layer = step.named.layer
            own = {name: packed(next(arrays)) for name in weight_shapes(layer, *step.input_shapes)}
            yield {"kind": layer.keras_name(), **_settings(layer), **own}


def _settings(layer: Layer) -> dict[str, Any]:
    match layer:
        case Conv2D():
            return {"size": layer.kernel_size[0], "activation": layer.activation}
        case MaxPooling2D():
            return {"size": layer.steps[0]}
        case Rescaling():
            return {"scale": layer.scale, "offset": layer.offset}
    return {"activation": layer.activation} if hasattr(layer, "activation") else {}
