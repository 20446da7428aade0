"""In which numbers a model of unknown making wants its pixels."""

import pytest

from cnn_core.layers import Conv2D, Input, Normalization, Rescaling
from cnn_core.models.pixel_range import guessed_scaling
from cnn_core.network.network import Network
from cnn_core.pictures.scaling import Scaling

SCALES = [
    (Rescaling(1 / 255), Scaling.BYTES),
    (Rescaling(1 / 127.5, offset=-1.0), Scaling.BYTES),
    (Rescaling(2.0, offset=-1.0), Scaling.UNIT),
    (Normalization((0.485, 0.456, 0.406), (0.05, 0.05, 0.05)), Scaling.UNIT),
    (Normalization((120.0, 115.0, 100.0), (3000.0, 3000.0, 3000.0)), Scaling.BYTES),
    (Conv2D(4, 3), Scaling.UNIT),
]


@pytest.mark.parametrize(("layer", "scaling"), SCALES)
def test_scaling_is_guessed_from_the_first_layers(layer: object, scaling: Scaling) -> None:
    assert guessed_scaling(Network.of(Input((8, 8, 3)), layer)) is scaling  # type: ignore[arg-type]
