"""What a channel looks for: a picture made by gradient ascent, in pieces that a page can show and stop between.

Importing this module imports no TensorFlow; `ascend` does when it is called.
"""

import time
from dataclasses import dataclass, field
from functools import partial
from typing import Final, NamedTuple

from cnn_core.arrays import Pixels
from cnn_core.models.loading import KEPT, Loaded, load
from cnn_core.models.memory import needed_for_gradients, refuse_too_much_to_make
from cnn_core.numerics.ascent import STEPS, Climb, Slope, begun, stepped
from cnn_core.pictures.scaling import gradient_of_pixels, scaled

PIECE: Final = 16
"""Steps of one piece of work at most."""

SECONDS: Final = 2.0
"""How long one piece of work may take; its last step is finished."""


class Sought(NamedTuple):
    """A channel of a model's layer, or the unit of a vector; and which of the pictures that it may look for."""

    model: str
    layer: str
    channel: int
    seed: int


@dataclass(frozen=True)
class Ascent:
    """A picture on its way to what a channel looks for; two are equal where they sought the same for as many steps.

    Attributes:
        climb: the picture and how it came about.
        value: what the layer gives for it: the mean of the channel's map, or the unit's value.
        score: what was climbed: the value, or what a softmax or sigmoid is taken of.
    """

    sought: Sought
    steps: int
    climb: Climb = field(compare=False, repr=False)
    value: float = field(compare=False)
    score: float = field(compare=False)

    @property
    def pixels(self) -> Pixels:
        """The picture, (H, W, C) in [0, 1]."""
        return self.climb.pixels

    @property
    def is_done(self) -> bool:
        return self.steps >= STEPS


def ascend(sought: Sought, before: Ascent | None = None) -> Ascent:
    """Go on for a piece of the way, from the start or from where an earlier piece ended: up to `PIECE` steps.

    Where the pieces end changes nothing: a step depends on the seed, its number and the picture only.

    Raises:
        CnnError: no such model, layer or channel; a channel that no picture of noise changes; more memory than this
            process may have.
    """
    from cnn_core.keras_model.ascent import channel_slope, stride_of

    loaded = _admitted(sought.model)
    slopes = partial(_slope, loaded, sought)
    if before is None:
        height, width, channels = next(loaded.network.steps()).output_shape
        shape = height, width, channels
        climb = begun(shape, sought.seed, slopes, stride_of(loaded.model, shape, sought.layer))
    else:
        climb = before.climb
    # From here on: the first slope takes as long as compiling takes.
    last, until = min(climb.steps + PIECE, STEPS), time.monotonic() + SECONDS
    while climb.steps < last:
        climb = stepped(climb, slopes)
        if time.monotonic() > until:
            break
    value, slope = channel_slope(loaded.model, scaled(climb.pixels, loaded.scaling), sought.layer, sought.channel)
    return Ascent(sought, climb.steps, climb, value, slope.score)


def _admitted(key: str) -> Loaded:
    """Return a model; refuse one whose gradients take too much memory, or forget other models for it."""
    loaded = load(key)
    # A bundled model is small enough for every worker.
    if loaded.megabytes:
        from cnn_core.keras_model.ascent import MOST_PASSES
        from cnn_core.keras_model.attribution import passes_kept

        passes = MOST_PASSES + passes_kept(len(loaded.network.layers))
        needed = needed_for_gradients(loaded.network, loaded.megabytes, passes)
        refuse_too_much_to_make(needed)
        KEPT.make_room(key, needed)
    return loaded


def _slope(loaded: Loaded, sought: Sought, pixels: Pixels) -> Slope:
    """Return the slope of the channel with respect to pixels in [0, 1]."""
    from cnn_core.keras_model.ascent import channel_slope

    _, slope = channel_slope(loaded.model, scaled(pixels, loaded.scaling), sought.layer, sought.channel)
    return slope._replace(gradient=gradient_of_pixels(slope.gradient, loaded.scaling))
