"""What augmentation makes of a picture, drawn by Keras's own layers as in training."""

from collections.abc import Sequence
from typing import Final, NamedTuple

import keras
import numpy as np

from cnn_core import layers as kinds
from cnn_core.arrays import Flags, Pictures, Pixels
from cnn_core.errors import CnnError
from cnn_core.keras_model.keras_layers import keras_layer
from cnn_core.layers import Layer
from cnn_core.sentences import N_

MOST_DRAWS: Final = 64

_MOVING: Final = (kinds.RandomFlip, kinds.RandomRotation, kinds.RandomZoom, kinds.RandomTranslation)
"""What moves pixels; all else only changes their values."""


class Drawn(NamedTuple):
    """Random versions of a picture.

    Attributes:
        pictures: (draws, height, width, channels) in [0, 1].
        filled: (draws, height, width), true where nothing of the picture lies and Keras had to fill.
    """

    pictures: Pictures
    filled: Flags


def draws(pixels: Pixels, layers: Sequence[Layer], count: int = 16, seed: int = 0) -> Drawn:
    """Return random versions of a picture, each as training would see it once.

    As in the courses' networks, the layers stand before the rescaling: they get values from 0 to 255.

    Args:
        pixels: (height, width, 3 or 1) in [0, 1].
        layers: for augmentation, applied one after another.
        count: 1 to `MOST_DRAWS`.
        seed: the same one draws the same.

    Raises:
        CnnError: so many are not drawn, or Keras cannot apply a layer to this picture.
    """
    if not 1 <= count <= MOST_DRAWS:
        raise CnnError(
            N_("1 to {most} pictures can be drawn at once. Received: {count}."), most=MOST_DRAWS, count=count
        )
    named = {f"augmentation_{number}": layer for number, layer in enumerate(layers)}
    changing = [keras_layer(layer, name, seed) for name, layer in named.items()]
    # Made anew with the same seeds, they move a white picture as they do ours, and leave black what they fill.
    moving = [_leaving_black(layer, name, seed) for name, layer in named.items() if isinstance(layer, _MOVING)]
    white = np.ones((*pixels.shape[:2], 1), np.float32)
    try:
        # One by one: what is drawn must not depend on how many are.
        pictures = np.stack([_through(changing, pixels * np.float32(255)) for _ in range(count)])
        filled = np.stack([_through(moving, white)[..., 0] < 0.5 for _ in range(count)])
    # What Keras says would carry colour codes.
    except Exception as error:
        raise CnnError(
            N_(
                "Keras cannot change this picture by {kinds}. Received: {height}×{width}×{channels}. Leave out one "
                "of them."
            ),
            kinds=", ".join(layer.keras_name() for layer in layers),
            height=pixels.shape[0],
            width=pixels.shape[1],
            channels=pixels.shape[2],
        ) from error
    return Drawn(np.asarray(np.clip(pictures / 255, 0, 1), np.float32), filled)


def _leaving_black(layer: Layer, name: str, seed: int) -> keras.Layer:
    made = keras_layer(layer, name, seed)
    if not isinstance(layer, kinds.RandomFlip):
        made.fill_mode, made.fill_value = "constant", 0.0
    return made


def _through(made: Sequence[keras.Layer], values: Pixels) -> Pixels:
    """Return what layers make of a picture in training, in float32."""
    batch = keras.ops.convert_to_tensor(values[np.newaxis])
    for layer in made:
        batch = layer(batch, training=True)
    return np.asarray(batch[0], np.float32)
