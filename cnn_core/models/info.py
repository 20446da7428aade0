"""What is known of a model without running it: its layers, what it takes and what it answers.

Importing this module imports no TensorFlow; describing what is not bundled does.
"""

from dataclasses import dataclass

from cnn_core.errors import ModelFileError
from cnn_core.models.bundled import bundled_model, bundled_network, class_names
from cnn_core.models.keys import APPLICATION, BUNDLED_SOURCE, ModelKey
from cnn_core.models.loading import load
from cnn_core.network.network import Network
from cnn_core.pictures.colour import Colour
from cnn_core.pictures.scaling import Scaling
from cnn_core.sentences import N_


@dataclass(frozen=True)
class ModelInfo:
    """What is known of a model without running it.

    Args:
        network: its layers.
        input_size: (height, width) in pixels.
        colour: what its input's channels are.
        scaling: how pixels enter.
        classes: the names of its outputs; None where nobody said them.
    """

    network: Network
    input_size: tuple[int, int]
    colour: Colour
    scaling: Scaling
    classes: tuple[str, ...] | None


def describe(key: str) -> ModelInfo:
    """Return what is known of a model.

    Raises:
        CnnError: no such model, weights that cannot be downloaded, or a model that takes no picture.
    """
    source, name, _ = ModelKey.of(key)
    if source == BUNDLED_SOURCE:
        bundled = bundled_model(name)
        size, colour = bundled.input_size, Colour(bundled.colour)
        return ModelInfo(bundled_network(name), size, colour, Scaling.UNIT, class_names(name))
    loaded = load(key)
    return _info(loaded.network, loaded.scaling, class_names("mobilenet_v2") if source == APPLICATION else None)


def _info(network: Network, scaling: Scaling, classes: tuple[str, ...] | None) -> ModelInfo:
    shapes = [step.output_shape for step in network.steps()]
    shape = shapes[0]
    if len(shape) != 3 or shape[2] not in (1, 3):
        raise ModelFileError(
            N_(
                "This model takes no picture: its input is {shape}. "
                "A picture is (height, width, channels) with 1 channel for grey or 3 for red, green and blue."
            ),
            shape="×".join(map(str, shape)),
        )
    known = classes if classes is not None and shapes[-1] == (len(classes),) else None
    colour = Colour.GREY if shape[2] == 1 else Colour.RGB
    usable = Scaling.UNIT if colour is Colour.GREY and scaling in (Scaling.TORCH, Scaling.CAFFE) else scaling
    return ModelInfo(network, (shape[0], shape[1]), colour, usable, known)
