"""The sample pictures: what each is called and what to look for. Origins: `assets/CREDITS.md`."""

from dataclasses import dataclass

from cnn_core.data import DATA
from cnn_core.errors import CnnError
from cnn_core.sentences import N_

IMAGES = DATA / "images"


@dataclass(frozen=True)
class Sample:
    """A picture that comes with ConvScope: `file` lies in `IMAGES`, `title` and `look_for` are one line each."""

    key: str
    file: str
    title: str
    look_for: str


SAMPLES = (
    Sample(
        "chelsea",
        "chelsea.png",
        N_("Cat"),
        N_("Fur, whiskers and round eyes: thin lines in many directions beside even areas."),
    ),
    Sample(
        "coffee",
        "coffee.jpg",
        N_("Cup of coffee"),
        N_("Smooth porcelain on grained wood: a filter for one direction finds only parts of the round rim."),
    ),
    Sample(
        "camera",
        "camera.png",
        N_("Photographer"),
        N_("A dark coat before a bright sky: strong outlines, and thin tripod legs that are lost as maps get smaller."),
    ),
    Sample(
        "brick",
        "brick.png",
        N_("Brick wall"),
        N_("Joints in two directions: a filter for upright edges finds the long ones, one for level edges the short."),
    ),
    Sample(
        "grass",
        "grass.png",
        N_("Grass"),
        N_("Fine blades everywhere and no object: a sharpening filter answers all over, a blur evens it out."),
    ),
    Sample(
        "astronaut",
        "astronaut.jpg",
        N_("Astronaut"),
        N_("Strong colours; ImageNet's 1,000 classes have no astronaut, so see what a model says instead."),
    ),
    Sample(
        "rocket",
        "rocket.jpg",
        N_("Rocket on its pad"),
        N_("Bright upright lines in an almost even evening sky: most of a map stays quiet, the towers stand out."),
    ),
    Sample(
        "stripes",
        "stripes.png",
        N_("Stripes in four directions"),
        N_("Level, upright and slanted stripes: a filter that answers to one direction is strongest in one quarter."),
    ),
    Sample(
        "checkerboard",
        "checkerboard.png",
        N_("Checkerboard"),
        N_("Edges and corners only: inside a square a filter whose weights sum to 0 answers 0."),
    ),
    Sample(
        "point",
        "point.png",
        N_("A single bright pixel"),
        N_("Every filter draws its own kernel around the pixel, turned by half a turn."),
    ),
    Sample(
        "edge",
        "edge.png",
        N_("Ramp and step"),
        N_("Above a slow ramp, below a sudden step: an edge filter answers strongly to the step, hardly to the ramp."),
    ),
    Sample(
        "colours",
        "colours.png",
        N_("Colour patches"),
        N_("Nine even patches: see which colours a filter tells apart, and which look the same to it."),
    ),
    Sample(
        "digit_3",
        "digit_3.png",
        N_("Handwritten 3"),
        N_("A slanted 3 in white on black, 28×28: two bows open to the left."),
    ),
    Sample(
        "digit_7",
        "digit_7.png",
        N_("Handwritten 7"),
        N_("A level stroke and a slanted one, 28×28: different filters find each of them."),
    ),
    Sample(
        "digit_8",
        "digit_8.png",
        N_("Handwritten 8"),
        N_("Two closed loops, 28×28: where strokes cross, several filters answer at once."),
    ),
)

_BY_KEY = {sample.key: sample for sample in SAMPLES}


def sample_bytes(key: str) -> bytes:
    """Return the sample's file, PNG or JPEG."""
    if key not in _BY_KEY:
        raise CnnError(
            N_("There is no sample picture of this name. Received: key={key}; known are {known}."),
            key=key,
            known=", ".join(_BY_KEY),
        )
    return (IMAGES / _BY_KEY[key].file).read_bytes()
