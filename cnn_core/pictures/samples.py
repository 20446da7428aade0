"""The sample pictures: what each is called and what to look for. Origins: `assets/CREDITS.md`."""

from dataclasses import dataclass
from enum import StrEnum

from cnn_core.data import DATA
from cnn_core.errors import CnnError
from cnn_core.pictures.colour import Colour
from cnn_core.sentences import N_

IMAGES = DATA / "images"


class Subject(StrEnum):
    """What a sample shows: an object of the world, a drawn pattern that any model may be given, a handwritten digit."""

    PHOTOGRAPH = "photograph"
    PATTERN = "pattern"
    DIGIT = "digit"


class SeenIn(StrEnum):
    """Where in a network that is seen which a picture is good for."""

    FIRST = "first"
    SMALLER = "smaller"
    ANSWER = "answer"


@dataclass(frozen=True)
class Sample:
    """A picture that comes with ConvScope: `file` lies in `IMAGES`, `title` and `look_for` are one line each.

    `seen_in` says where what to look for is seen best.
    """

    key: str
    subject: Subject
    file: str
    title: str
    look_for: str
    seen_in: SeenIn = SeenIn.FIRST


SAMPLES = (
    Sample(
        "chelsea",
        Subject.PHOTOGRAPH,
        "chelsea.png",
        N_("Cat"),
        N_("Fur, whiskers and round eyes: thin lines in many directions beside uniform areas."),
    ),
    Sample(
        "kingfisher",
        Subject.PHOTOGRAPH,
        "kingfisher.jpg",
        N_("Kingfisher"),
        N_(
            "Blue and orange against a uniform background: a filter that responds to one colour finds only parts of "
            "the bird."
        ),
    ),
    Sample(
        "moose",
        Subject.PHOTOGRAPH,
        "moose.jpg",
        N_("Moose"),
        N_("Antlers with sharp outlines; fur and grass are texture in all directions, which smaller maps smooth out."),
        SeenIn.SMALLER,
    ),
    Sample(
        "airplane",
        Subject.PHOTOGRAPH,
        "airplane.jpg",
        N_("Airplane from above"),
        N_("Straight wings and round badges in shades of brown: edges must show what colours cannot."),
    ),
    Sample(
        "boats",
        Subject.PHOTOGRAPH,
        "boats.jpg",
        N_("Boats in a river"),
        N_("Vertical masts and horizontal hulls under an empty sky: most of what filters find is in the lower half."),
    ),
    Sample(
        "coffee",
        Subject.PHOTOGRAPH,
        "coffee.jpg",
        N_("Cup of coffee"),
        N_("Smooth porcelain on grained wood: a filter for one direction finds only parts of the round rim."),
    ),
    Sample(
        "camera",
        Subject.PHOTOGRAPH,
        "camera.png",
        N_("Photographer"),
        N_(
            "A dark coat against a bright sky: strong outlines, and thin tripod legs that are lost as maps get smaller."
        ),
        SeenIn.SMALLER,
    ),
    Sample(
        "brick",
        Subject.PHOTOGRAPH,
        "brick.png",
        N_("Brick wall"),
        N_(
            "Joints in two directions: a filter for vertical edges finds the long ones, one for horizontal edges the "
            "short ones."
        ),
    ),
    Sample(
        "grass",
        Subject.PHOTOGRAPH,
        "grass.png",
        N_("Grass"),
        N_("Fine blades everywhere and no object: a sharpening filter responds everywhere, a blur smooths it out."),
    ),
    Sample(
        "astronaut",
        Subject.PHOTOGRAPH,
        "astronaut.jpg",
        N_("Astronaut"),
        N_("Strong colours; ImageNet's 1,000 classes have no astronaut, so see what a model says instead."),
        SeenIn.ANSWER,
    ),
    Sample(
        "rocket",
        Subject.PHOTOGRAPH,
        "rocket.jpg",
        N_("Rocket on its pad"),
        N_("Bright vertical lines in an almost uniform evening sky: most of a map stays quiet, the towers stand out."),
    ),
    Sample(
        "stripes",
        Subject.PATTERN,
        "stripes.png",
        N_("Stripes in four directions"),
        N_(
            "Horizontal, vertical and slanted stripes: a filter that responds to one direction is strongest in one "
            "quarter."
        ),
    ),
    Sample(
        "checkerboard",
        Subject.PATTERN,
        "checkerboard.png",
        N_("Checkerboard"),
        N_("Edges and corners only: inside a square, a filter whose weights add up to 0 gives 0."),
    ),
    Sample(
        "point",
        Subject.PATTERN,
        "point.png",
        N_("A single bright pixel"),
        N_("Every filter draws its own kernel around the pixel, rotated by 180°."),
    ),
    Sample(
        "edge",
        Subject.PATTERN,
        "edge.png",
        N_("Ramp and step"),
        N_("Above a slow ramp, below a sudden step: an edge filter responds strongly to the step, hardly to the ramp."),
    ),
    Sample(
        "colours",
        Subject.PATTERN,
        "colours.png",
        N_("Colour patches"),
        N_("Nine uniform patches: see which colours a filter tells apart, and which look the same to it."),
    ),
    Sample(
        "digit_3",
        Subject.DIGIT,
        "digit_3.png",
        N_("Handwritten 3"),
        N_("A slanted 3 in white on black, 28×28: two curves open to the left."),
    ),
    Sample(
        "digit_7",
        Subject.DIGIT,
        "digit_7.png",
        N_("Handwritten 7"),
        N_("A horizontal stroke and a slanted one, 28×28: different filters find each of them."),
    ),
    Sample(
        "digit_8",
        Subject.DIGIT,
        "digit_8.png",
        N_("Handwritten 8"),
        N_("Two closed loops, 28×28: where strokes cross, several filters respond at once."),
    ),
)

_KNOWN = {Colour.GREY: Subject.DIGIT, Colour.RGB: Subject.PHOTOGRAPH}
_BY_KEY = {sample.key: sample for sample in SAMPLES}


def sample_of(key: str) -> Sample:
    """Return the sample of this key; raises CnnError."""
    if key not in _BY_KEY:
        raise CnnError(
            N_("There is no sample picture of this name. Received: key={key}; known are {known}."),
            key=key,
            known=", ".join(_BY_KEY),
        )
    return _BY_KEY[key]


def sample_bytes(key: str) -> bytes:
    """Return the sample's file, PNG or JPEG; raises CnnError."""
    return (IMAGES / sample_of(key).file).read_bytes()


def suits(sample: Sample, colour: Colour) -> bool:
    """Say whether a model of these colours may know what a sample shows: grey ones read digits, others photographs."""
    return sample.subject in (Subject.PATTERN, _KNOWN[colour])


def default_sample(colour: Colour) -> str:
    """Return the key of the first sample that a model of these colours may know."""
    return next(sample.key for sample in SAMPLES if sample.subject is _KNOWN[colour])
