"""Networks to start from, each with its source: the courses' own, their patterns, and the classics.

A network is made when it is first asked for and then kept: it is frozen, so everybody may share it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from cnn_core.errors import CnnError
from cnn_core.network.network import Network
from cnn_core.network.presets import classics, courses, mobilenet_v2, patterns, resnet
from cnn_core.sentences import N_


class PresetGroup(StrEnum):
    """How the list of presets is grouped for people."""

    COURSE = "course"
    PATTERN = "pattern"
    CLASSIC = "classic"


@dataclass(frozen=True)
class Preset:
    """A network that somebody published.

    Args:
        key: its name in addresses and files, never translated.
        title: English, to be translated.
        about: one line on what it is and what was simplified; English, to be translated.
        source: where it was published; English where it is no title, to be translated.
        make: returns the network, the same object every time.
    """

    key: str
    title: str
    about: str
    source: str
    group: PresetGroup
    make: Callable[[], Network]


_COURSE: Final = N_("a Korean course on convolutional networks")

PRESETS: Final = (
    Preset(
        "mnist",
        N_("Digits (MNIST)"),
        N_("Two convolutions and one pooling for handwritten digits of 28×28 pixels."),
        N_(
            "a Korean course on convolutional networks; data: LeCun, Cortes and Burges, The MNIST database of "
            "handwritten digits"
        ),
        PresetGroup.COURSE,
        courses.mnist,
    ),
    Preset(
        "mnist_augmented",
        N_("Digits (MNIST), with augmentation and dropout"),
        N_("The same network with small rotations, shifts and zooms, but no flips: a mirrored digit is not a digit."),
        N_(
            "a Korean course on convolutional networks; data: LeCun, Cortes and Burges, The MNIST database of "
            "handwritten digits"
        ),
        PresetGroup.COURSE,
        courses.mnist_augmented,
    ),
    Preset(
        "cats_dogs",
        N_("Cats and dogs"),
        N_("Five convolutions with pooling between them; filters double as the map halves."),
        "Chollet, Deep Learning with Python, 2nd edition (2021), section 8.2",
        PresetGroup.COURSE,
        courses.cats_dogs,
    ),
    Preset(
        "cats_dogs_augmented",
        N_("Cats and dogs, with augmentation and dropout"),
        N_("The same network with flips, rotations, zooms and a dropout of 0.5, against overfitting."),
        "Chollet, Deep Learning with Python, 2nd edition (2021), section 8.2.5",
        PresetGroup.COURSE,
        courses.cats_dogs_augmented,
    ),
    Preset(
        "pattern_three_pools",
        "Conv-Pool-Conv-Pool-Conv-Pool-FC-SM",
        N_("The pattern gives only the order; the sizes, for ten classes, are ours."),
        _COURSE,
        PresetGroup.PATTERN,
        patterns.three_pools,
    ),
    Preset(
        "pattern_two_dense",
        "Conv-Pool-Conv-Pool-Conv-FC-FC-SM",
        N_("No pooling after the last convolution, so the first dense layer gets most of the parameters."),
        _COURSE,
        PresetGroup.PATTERN,
        patterns.two_dense,
    ),
    Preset(
        "pattern_three_convolutions",
        "Conv-Pool-Conv-Pool-Conv-Conv-Conv-Pool-FC-FC-SM",
        N_("Three convolutions in a row before the last pooling, in the order of AlexNet."),
        _COURSE,
        PresetGroup.PATTERN,
        patterns.three_convolutions,
    ),
    Preset(
        "pattern_three_pools_two_dense",
        "Conv-Pool-Conv-Pool-Conv-Pool-FC-FC-SM",
        N_("Three convolutions, each followed by pooling, and two dense layers before the output."),
        _COURSE,
        PresetGroup.PATTERN,
        patterns.three_pools_two_dense,
    ),
    Preset(
        "lenet_5",
        "LeNet-5",
        N_(
            "Simplified: C3 sees all maps of S2, the pooling layers learn nothing, tanh is not scaled, and softmax "
            "comes last."
        ),
        "LeCun et al., Gradient-based learning applied to document recognition (1998), section II.B",
        PresetGroup.CLASSIC,
        classics.lenet_5,
    ),
    Preset(
        "alexnet",
        N_("AlexNet, one tower"),
        N_("The single-tower variant, as torchvision builds it; the original of 2012 was split over two GPUs."),
        "Krizhevsky, One weird trick for parallelizing convolutional neural networks, arXiv:1404.5997",
        PresetGroup.CLASSIC,
        classics.alexnet,
    ),
    Preset(
        "vgg16",
        "VGG16",
        N_("Thirteen 3×3 convolutions, named as in keras.applications, which omits the dropout."),
        "Simonyan and Zisserman, Very deep convolutional networks, arXiv:1409.1556, table 1, column D",
        PresetGroup.CLASSIC,
        classics.vgg16,
    ),
    Preset(
        "tiny_vgg",
        N_("Tiny VGG (CNN Explainer)"),
        N_("Four convolutions of ten filters: small enough to draw every number."),
        "Wang et al., CNN Explainer, arXiv:2004.15004",
        PresetGroup.CLASSIC,
        classics.tiny_vgg,
    ),
    Preset(
        "cifar10",
        N_("Tiny VGG for CIFAR-10"),
        N_("The same for photographs of 32×32 pixels, with padding, like the bundled model that we trained."),
        "After Wang et al., CNN Explainer, arXiv:2004.15004; data: Krizhevsky, Learning multiple layers of features "
        "from tiny images (2009)",
        PresetGroup.CLASSIC,
        classics.cifar10,
    ),
    Preset(
        "resnet_20",
        N_("ResNet-20 for CIFAR-10"),
        N_("Nine residual blocks; where the size changes, a 1×1 projection replaces the paper's padded shortcut."),
        "He, Zhang, Ren and Sun, Deep residual learning, arXiv:1512.03385, section 4.2, n = 3, shortcuts of option B",
        PresetGroup.CLASSIC,
        resnet.resnet_20,
    ),
    Preset(
        "mobilenet_v2",
        "MobileNetV2",
        N_("Inverted residual blocks of depthwise convolutions; layer by layer as keras.applications.MobileNetV2."),
        "Sandler et al., MobileNetV2: Inverted residuals and linear bottlenecks, arXiv:1801.04381, table 2",
        PresetGroup.CLASSIC,
        mobilenet_v2.mobilenet_v2,
    ),
)
"""Every preset, in the order in which people are shown them."""


def preset(key: str) -> Preset:
    """Return the preset called `key`; raises CnnError."""
    for candidate in PRESETS:
        if candidate.key == key:
            return candidate
    raise CnnError(
        "There is no such network. Received: {key}. The networks are: {keys}.",
        key=repr(key[:80]),
        keys=", ".join(candidate.key for candidate in PRESETS),
    )


__all__ = ["PRESETS", "Preset", "PresetGroup", "preset"]
