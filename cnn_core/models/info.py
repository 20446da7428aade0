"""What is known of a model without running it: its layers, what it takes and what it answers.

Importing this module imports no TensorFlow; describing what is not bundled does.
"""

from dataclasses import dataclass, replace

from cnn_core.models.answer_kind import AnswerKind, answer_kind
from cnn_core.models.bundled import bundled_model, bundled_network, class_names
from cnn_core.models.keys import APPLICATION, BUNDLED_SOURCE, ModelKey
from cnn_core.models.loading import Loaded, load
from cnn_core.models.picture_input import refuse_no_picture
from cnn_core.network.network import Network
from cnn_core.pictures.colour import Colour
from cnn_core.pictures.scaling import Scaling


@dataclass(frozen=True)
class ModelInfo:
    """What is known of a model without running it.

    Args:
        key: what names it.
        network: its layers.
        input_size: (height, width) in pixels.
        colour: what its input's channels are.
        scaling: how pixels enter.
        outputs: the layers whose outputs it gives, in its own order.
        answer_kind: what the numbers of the output are that is spoken of.
        classes: the names of that output's units; None where nobody said them.
        is_random: whether nobody trained its weights.
        guesses: how pixels may enter, as far as the layers say it, the likeliest first; none where it is known.
        is_open: whether its file leaves the picture's height or width open, so that 224 was taken.
        spoken_of: the place among the outputs of the one that is meant where something is said of the answer.
    """

    key: str
    network: Network
    input_size: tuple[int, int]
    colour: Colour
    scaling: Scaling
    outputs: tuple[str, ...]
    answer_kind: AnswerKind
    classes: tuple[str, ...] | None
    is_random: bool = False
    guesses: tuple[Scaling, ...] = ()
    is_open: bool = False
    spoken_of: int = 0

    @property
    def output(self) -> str:
        """Return the layer whose output is spoken of."""
        return self.outputs[self.spoken_of]

    def speaking_of(self, output: str) -> "ModelInfo":
        """Return the same of another of the outputs; only the first has names that are known."""
        number = self.outputs.index(output)
        if number == self.spoken_of:
            return self
        return replace(self, spoken_of=number, answer_kind=answer_kind(self.network, output), classes=None)


def describe(key: str) -> ModelInfo:
    """Return what is known of a model.

    Raises:
        CnnError: no such model, weights that cannot be downloaded, or a model that takes no picture.
    """
    source, name, _ = ModelKey.of(key)
    if source == BUNDLED_SOURCE:
        bundled = bundled_model(name)
        size, colour = bundled.input_size, Colour(bundled.colour)
        network = bundled_network(name)
        outputs = network.output_names()
        kind = answer_kind(network, outputs[0])
        return ModelInfo(key, network, size, colour, Scaling.UNIT, outputs, kind, class_names(name))
    return _info(key, load(key), class_names("mobilenet_v2") if source == APPLICATION else None)


def _info(key: str, loaded: Loaded, classes: tuple[str, ...] | None) -> ModelInfo:
    shapes = {step.named.name: step.output_shape for step in loaded.network.steps()}
    shape = next(iter(shapes.values()))
    refuse_no_picture(shape)
    known = classes if classes is not None and shapes[loaded.outputs[0]] == (len(classes),) else None
    return ModelInfo(
        key=key,
        network=loaded.network,
        input_size=(shape[0], shape[1]),
        colour=Colour.GREY if shape[2] == 1 else Colour.RGB,
        scaling=loaded.scaling,
        outputs=loaded.outputs,
        answer_kind=answer_kind(loaded.network, loaded.outputs[0]),
        classes=known,
        is_random=loaded.is_random,
        guesses=loaded.guesses,
        is_open=loaded.is_open,
    )
