"""What the page on tasks keeps: generated pictures, and pictures in the sizes that its networks and figures take."""

from dataclasses import dataclass
from functools import lru_cache

from cnn_core.arrays import Kernel, Pixels
from cnn_core.numerics.enlarging import learned_stamp
from cnn_core.pictures.prepare import Preparation, Prepared, prepare
from cnn_core.pictures.samples import SAMPLES, Subject, sample_bytes
from cnn_core.pictures.shapes import SIDE, ShapesPicture, shapes_picture
from pages.ui.cached import kept, picture
from pages.ui.entered import Chosen, Entered


@dataclass(frozen=True)
class Generated:
    """A generated picture, and the same as it enters networks."""

    picture: ShapesPicture
    entered: Entered


# The number says all of a picture, and what is kept is frozen.
@lru_cache(maxsize=32)
def generated(seed: int, side: int = SIDE) -> Generated:
    """Return the generated picture of a number, with so many pixels a side."""
    made = shapes_picture(seed, side)
    made.pixels.setflags(write=False)
    made.instances.setflags(write=False)
    height, width = made.pixels.shape[:2]
    whole = (0, 0, height, width)
    prepared = Prepared(made.pixels, whole, whole, ())
    return Generated(made, Entered("shapes", f"generated {seed}", "crop", False, "", prepared))


@kept()
def as_shapes_take_it(chosen: Chosen, side: int) -> Entered:
    """Return the middle of a picture as a square of so many pixels a side; raises ImageError."""
    prepared = prepare(picture(chosen).pixels, Preparation(side, side))
    return Entered("shapes", chosen.digest, "crop", False, chosen.name, prepared, chosen.passes)


@kept()
def square(chosen: Chosen, side: int) -> Pixels:
    """Return the middle of a picture as a square of so many pixels a side; raises ImageError."""
    return prepare(picture(chosen).pixels, Preparation(side, side)).pixels


@kept()
def stamp_learned_without(digest: str, side: int, factor: int) -> Kernel:
    """Return the kernel that enlarges the sample photographs best, but for the one with this digest."""
    chosen = (
        Chosen.of(sample_bytes(sample.key), sample.title) for sample in SAMPLES if sample.subject is Subject.PHOTOGRAPH
    )
    return learned_stamp([square(one, side) for one in chosen if one.digest != digest], factor)
